extension MarkdownBlockParser {
    /// Reads the list that begins at `index`.
    ///
    /// An item holds the lines that are indented as far as its words; a nested list may begin two columns after its parent's bullet,
    /// as models write it, even where the parent's words begin further in.
    func list(_ source: [MarkdownLine], _ index: inout Int, depth: Int) -> MarkdownBlock.Kind {
        var items: [MarkdownBlock.Item] = []
        var hasGap = false
        var first: MarkdownLines.Marker?
        while index < source.count, let marker = lines.marker(source[index]), !lines.isRule(source[index]) {
            if let first {
                guard (first.number == nil) == (marker.number == nil), marker.indent < first.indent + 4 else { break }
            }
            let number = marker.number.map { _ in (items.last?.number).map { $0 + 1 } ?? marker.number ?? 1 }
            first = first ?? marker
            var (content, endsWithGap) = itemLines(marker, source, &index)
            let isDone = task(&content[0])
            items.append(
                .init(
                    number: number,
                    isDone: isDone,
                    blocks: blocks(of: content, depth: depth + 1),
                    hasGapBefore: hasGap
                )
            )
            hasGap = endsWithGap
        }
        return .list(items)
    }

    /// The lines of one item, and whether blank ones follow.
    private func itemLines(
        _ marker: MarkdownLines.Marker,
        _ source: [MarkdownLine],
        _ index: inout Int
    ) -> (lines: [MarkdownLine], endsWithGap: Bool) {
        var content = [marker.content]
        var fence = lines.fence(marker.content)
        var takesMore = fence == nil && !lines.isBlank(marker.content)
        var blankCount = 0
        index += 1
        while index < source.count {
            let line = source[index]
            let indent = lines.indent(line)
            if indent == .max {
                blankCount += 1
                takesMore = false
            } else if indent >= marker.contentIndent
                || (fence == nil && indent >= marker.indent + 2 && lines.marker(line) != nil)
            {
                let inner = lines.strip(line, columns: marker.contentIndent)
                if let open = fence {
                    if lines.isEnd(of: open, inner) { fence = nil }
                    takesMore = false
                } else {
                    fence = lines.fence(inner)
                    takesMore = fence == nil && lines.heading(inner) == nil
                }
                blankCount = 0
                content.append(inner)
                index += 1
                continue
            } else if takesMore, !lines.beginsBlock(line), lines.marker(line) == nil {
                content.append(lines.trim(line))
                index += 1
                continue
            } else {
                break
            }
            content.append(line)
            index += 1
        }
        content.removeLast(blankCount)
        return (content, blankCount > 0)
    }

    /// Takes a task's box off the front of an item.
    private func task(_ line: inout MarkdownLine) -> Bool? {
        let words = lines.trim(line)
        let text = lines.text(words).prefix(4)
        guard text.count >= 3, text.first == UInt8(ascii: "["), text[text.startIndex + 2] == UInt8(ascii: "]"),
            text.count == 3 || text.last == UInt8(ascii: " ")
        else { return nil }
        let mark = text[text.startIndex + 1]
        guard " xX".utf8.contains(mark) else { return nil }
        line.start = words.start + min(4, text.count)
        return mark != UInt8(ascii: " ")
    }
}
