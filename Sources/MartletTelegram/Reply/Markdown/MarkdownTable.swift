/// A table as lines of equally wide characters.
enum MarkdownTable {
    /// Cells wider than this do not widen their column, so that one long cell does not fill a table with spaces.
    static let maximumPaddedWidth = 40

    /// The lines: the header, a rule, the rows.
    /// - Complexity: O(text), and at most ``maximumPaddedWidth`` more for each cell.
    static func text(_ rows: [[String]], alignments: [TableAlignment]) -> String {
        let sized = rows.map { row in row.map { ($0, width: DisplayWidth.of($0)) } }
        var widths = [Int](repeating: 1, count: alignments.count)
        for row in sized {
            for (column, cell) in row.enumerated().prefix(alignments.count) where cell.width <= maximumPaddedWidth {
                widths[column] = max(widths[column], cell.width)
            }
        }
        var lines: [String] = []
        for (index, row) in sized.enumerated() {
            var line = ""
            for (column, cell) in row.enumerated().prefix(alignments.count) {
                if column > 0 { line += " │ " }
                line += padded(cell.0, by: max(0, widths[column] - cell.width), alignments[column])
            }
            while line.last == " " { line.removeLast() }
            lines.append(line)
            if index == 0, rows.count > 1 {
                lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "─┼─"))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, by count: Int, _ alignment: TableAlignment) -> String {
        switch alignment {
        case .left: text + String(repeating: " ", count: count)
        case .right: String(repeating: " ", count: count) + text
        case .center:
            String(repeating: " ", count: count / 2) + text + String(repeating: " ", count: count - count / 2)
        }
    }
}
