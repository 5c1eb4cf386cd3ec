extension MarkdownBlockParser {
    /// Whether a table begins at `index`: a row, and under it the dashes for as many columns.
    func beginsTable(_ source: [MarkdownLine], _ index: Int) -> Bool { header(source, index) != nil }

    /// Reads the table that begins at `index`; nil where none does.
    func table(_ source: [MarkdownLine], _ index: inout Int) -> MarkdownBlock.Kind? {
        if isGrowing, index == source.count - 1, lines.text(lines.trim(source[index])).first == UInt8(ascii: "|") {
            // The dashes have not come yet.
            let cells = cells(of: source[index])
            index += 1
            return .table([cells], alignments: cells.map { _ in .left })
        }
        guard let (cells, alignments) = header(source, index) else { return nil }
        var rows = [cells]
        index += 2
        while index < source.count, !lines.isBlank(source[index]), !lines.beginsBlock(source[index]) {
            rows.append(row(source[index], columnCount: alignments.count))
            index += 1
        }
        return .table(rows, alignments: alignments)
    }

    private func header(
        _ source: [MarkdownLine],
        _ index: Int
    ) -> (cells: [MarkdownLine], alignments: [TableAlignment])? {
        guard index + 1 < source.count else { return nil }
        // The dashes are the rarer line, so they are looked at first.
        let dashes = lines.trim(source[index + 1])
        guard lines.text(dashes).allSatisfy({ "-:| \t".utf8.contains($0) }),
            lines.text(source[index]).contains(UInt8(ascii: "|"))
        else { return nil }
        let columns = cells(of: dashes)
        let alignments = columns.compactMap { alignment(of: $0) }
        guard !alignments.isEmpty, alignments.count == columns.count else { return nil }
        let cells = cells(of: source[index])
        return cells.count == columns.count ? (cells, alignments) : nil
    }

    private func alignment(of cell: MarkdownLine) -> TableAlignment? {
        let text = lines.text(cell)
        let dashes = text.drop { $0 == UInt8(ascii: ":") }.prefix { $0 == UInt8(ascii: "-") }
        let colons = text.count - dashes.count
        guard !dashes.isEmpty, let first = text.first, let last = text.last else { return nil }
        let isLeft = first == UInt8(ascii: ":")
        let isRight = last == UInt8(ascii: ":")
        guard colons == (isLeft ? 1 : 0) + (isRight ? 1 : 0) else { return nil }
        return isRight ? (isLeft ? .center : .right) : .left
    }

    /// The cells of a row, no more than there are columns.
    ///
    /// Where there are too many, bars within code were none between cells, and what still is too much stays in the last one.
    private func row(_ line: MarkdownLine, columnCount: Int) -> [MarkdownLine] {
        var found = cells(of: line)
        if found.count > columnCount { found = cells(of: line, keepingCode: true) }
        while found.count > columnCount, let last = found.last, lines.isBlank(last) { found.removeLast() }
        guard found.count > columnCount, let last = found.last else { return found }
        return found.prefix(columnCount - 1) + [MarkdownLine(start: found[columnCount - 1].start, end: last.end)]
    }

    /// The cells of a row; a bar behind a backslash is part of its cell.
    /// - Parameter keepingCode: Whether bars within code are part of it.
    private func cells(of line: MarkdownLine, keepingCode: Bool = false) -> [MarkdownLine] {
        var row = lines.trim(line)
        if row.start < row.end, lines.bytes[row.start] == UInt8(ascii: "|") { row.start += 1 }
        var cells: [MarkdownLine] = []
        var start = row.start
        var index = row.start
        let code = keepingCode ? MarkdownCodeRuns(Array(lines.text(row))) : MarkdownCodeRuns()
        while index < row.end {
            switch lines.bytes[index] {
            case UInt8(ascii: "`"):
                if let end = code.end(of: index - row.start) { index = row.start + end }
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "|"):
                cells.append(lines.trim(MarkdownLine(start: start, end: index)))
                start = index + 1
            default: break
            }
            index += 1
        }
        if start < row.end { cells.append(lines.trim(MarkdownLine(start: start, end: row.end))) }
        return cells
    }
}
