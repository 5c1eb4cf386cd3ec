/// Rows of text in columns as wide as their longest cell.
public struct TextTable {
    /// Where a column's text stands.
    public enum Alignment {
        case left
        case right
    }

    private let alignments: [Alignment]
    private var rows: [[String]] = []

    /// Starts a table with a column for each alignment.
    public init(_ alignments: [Alignment]) {
        self.alignments = alignments
    }

    /// Adds a row; cells beyond the columns are a mistake.
    public mutating func add(_ cells: String...) {
        precondition(cells.count == alignments.count, "a row has a cell for each column")
        rows.append(cells)
    }

    /// The lines, without space at their ends.
    public var lines: [String] {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += alignments[column] == .left ? cell + padding : padding + cell
                if column < row.count - 1 { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
