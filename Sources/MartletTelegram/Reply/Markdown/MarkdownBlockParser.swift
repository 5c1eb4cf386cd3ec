/// Reads the blocks of a Markdown text: CommonMark's and GitHub's, as far as a chat can show them.
///
/// - Complexity: O(text); what nests deeper than ``maximumDepth`` is read as words.
struct MarkdownBlockParser {
    let lines: MarkdownLines
    /// Whether more of the text comes.
    let isGrowing: Bool
    /// What the text defines.
    let references: MarkdownReferences

    static let maximumDepth = 8
    /// So many lines are looked through for a formula's end, so that marks without one cost little.
    private static let maximumFormulaLineCount = 50

    /// Reads all lines up to `end`.
    func blocks(upTo end: Int) -> [MarkdownBlock] { blocks(of: lines.all(upTo: end), depth: 0) }

    func blocks(of source: [MarkdownLine], depth: Int) -> [MarkdownBlock] {
        var result: [MarkdownBlock] = []
        var index = 0
        var hasGap = false
        while index < source.count {
            if lines.isBlank(source[index]) {
                hasGap = true
                index += 1
                continue
            }
            if definition(source, &index) { continue }
            let kind = block(in: source, at: &index, depth: depth)
            result.append(MarkdownBlock(kind: kind, hasGapBefore: hasGap))
            // A block may have taken the blank lines at its end along.
            hasGap = index > 0 && lines.isBlank(source[index - 1])
        }
        return result
    }

    /// Reads the block that begins at `index`, and moves `index` behind it.
    private func block(in source: [MarkdownLine], at index: inout Int, depth: Int) -> MarkdownBlock.Kind {
        let line = source[index]
        if let fence = lines.fence(line) { return code(fence, source, &index) }
        if let heading = lines.heading(line) {
            index += 1
            return .heading([heading])
        }
        if lines.isRule(line) {
            index += 1
            return .rule
        }
        if let mark = lines.formulaMark(line), let formula = formula(mark, source, &index) { return formula }
        if depth < Self.maximumDepth {
            if lines.quoted(line) != nil { return quote(source, &index, depth: depth) }
            if lines.marker(line) != nil { return list(source, &index, depth: depth) }
        }
        if let table = table(source, &index) { return table }
        if lines.indent(line) >= 4 { return indentedCode(source, &index) }
        return paragraph(source, &index)
    }

    private func code(
        _ fence: MarkdownLines.Fence,
        _ source: [MarkdownLine],
        _ index: inout Int
    ) -> MarkdownBlock.Kind {
        index += 1
        var content: [MarkdownLine] = []
        while index < source.count {
            let line = source[index]
            index += 1
            if lines.isEnd(of: fence, line) { break }
            content.append(lines.strip(line, columns: fence.indent))
        }
        return .code(language: fence.language, content)
    }

    private func indentedCode(_ source: [MarkdownLine], _ index: inout Int) -> MarkdownBlock.Kind {
        var content: [MarkdownLine] = []
        while index < source.count, lines.indent(source[index]) >= 4 {
            content.append(lines.strip(source[index], columns: 4))
            index += 1
        }
        while let last = content.last, lines.isBlank(last) { content.removeLast() }
        return .code(language: nil, content)
    }

    /// A formula between marks; nil where the mark at its front never ends and so is a word.
    private func formula(
        _ mark: String,
        _ source: [MarkdownLine],
        _ index: inout Int
    ) -> MarkdownBlock.Kind? {
        var content: [MarkdownLine] = []
        var position = index
        while position < source.count, position - index < Self.maximumFormulaLineCount, !lines.isBlank(source[position])
        {
            var line = lines.trim(source[position])
            if position == index { line.start += 2 }
            position += 1
            if let end = firstIndex(of: mark, in: line) {
                guard lines.isBlank(MarkdownLine(start: end + 2, end: line.end)) else { return nil }
                line.end = end
                if !lines.isBlank(line) { content.append(lines.trim(line)) }
                guard !content.isEmpty else { return nil }
                index = position
                return .formula(content)
            }
            if !lines.isBlank(line) { content.append(lines.trim(line)) }
        }
        guard isGrowing, position == source.count, !content.isEmpty else { return nil }
        index = position
        return .formula(content)
    }

    private func firstIndex(of mark: String, in line: MarkdownLine) -> Int? {
        let mark = Array(mark.utf8)
        guard line.end - line.start >= 2 else { return nil }
        return (line.start..<line.end - 1).first {
            lines.bytes[$0] == mark[0] && lines.bytes[$0 + 1] == mark[1]
        }
    }

    private func quote(_ source: [MarkdownLine], _ index: inout Int, depth: Int) -> MarkdownBlock.Kind {
        var content: [MarkdownLine] = []
        var takesMore = false
        var fence: MarkdownLines.Fence?
        while index < source.count {
            if let line = lines.quoted(source[index]) {
                content.append(line)
                if let open = fence {
                    if lines.isEnd(of: open, line) { fence = nil }
                    takesMore = false
                } else {
                    fence = lines.fence(line)
                    takesMore =
                        fence == nil && !lines.isBlank(line) && lines.heading(line) == nil && !lines.isRule(line)
                }
            } else if takesMore, !lines.isBlank(source[index]), !lines.beginsBlock(source[index]) {
                content.append(source[index])
            } else {
                break
            }
            index += 1
        }
        return .quote(blocks(of: content, depth: depth + 1))
    }

    private func paragraph(_ source: [MarkdownLine], _ index: inout Int) -> MarkdownBlock.Kind {
        var content = [source[index]]
        index += 1
        while index < source.count {
            let line = source[index]
            if lines.isBlank(line) { break }
            if lines.isUnderline(line) {
                index += 1
                return .heading(content)
            }
            if lines.beginsBlock(line) || beginsTable(source, index) { break }
            content.append(line)
            index += 1
        }
        return .paragraph(content)
    }
}
