extension MarkdownBlockParser {
    /// Reads the definitions of links and footnotes that stand at `index`, and moves `index` behind them.
    /// - Returns: Whether there was one.
    func definition(_ source: [MarkdownLine], _ index: inout Int) -> Bool {
        guard let (label, rest) = lines.definition(source[index]) else { return false }
        if label.first == UInt8(ascii: "^") {
            guard label.count > 1 else { return false }
            return note(String(decoding: label.dropFirst(), as: UTF8.self), rest, source, &index)
        }
        guard let destination = destination(rest),
            references.define(String(decoding: label, as: UTF8.self), destination: destination)
        else { return false }
        index += 1
        return true
    }

    /// A footnote goes on in lines that are indented, and in those of its first paragraph.
    private func note(_ label: String, _ first: MarkdownLine, _ source: [MarkdownLine], _ index: inout Int) -> Bool {
        var content = [lines.trim(first)]
        var next = index + 1
        var blankCount = 0
        var isFirstParagraph = true
        while next < source.count {
            let line = source[next]
            if lines.isBlank(line) {
                blankCount += 1
                isFirstParagraph = false
            } else if lines.indent(line) >= 2 {
                blankCount = 0
            } else if !isFirstParagraph || lines.beginsBlock(line) || lines.definition(line) != nil {
                break
            }
            content.append(lines.strip(line, columns: 4))
            next += 1
        }
        content.removeLast(blankCount)
        guard references.define(note: label, content) else { return false }
        index = next - blankCount
        return true
    }

    /// The address of a definition, with a title or nothing behind it; nil for what may be mere words.
    private func destination(_ rest: MarkdownLine) -> [UInt8]? {
        var text = lines.text(lines.trim(rest))
        guard let first = text.first else { return nil }
        let address: ArraySlice<UInt8>
        if first == UInt8(ascii: "<") {
            guard let close = text.firstIndex(of: UInt8(ascii: ">")) else { return nil }
            address = text[(text.startIndex + 1)..<close]
            text = text[(close + 1)...]
        } else {
            address = text.prefix { $0 > 32 }
            text = text[address.endIndex...]
        }
        guard Self.isAddress(address), address.count <= 2048 else { return nil }
        let title = text.drop { $0 == 32 || $0 == 9 }
        guard let mark = title.first else { return Array(address) }
        let close: UInt8 = mark == UInt8(ascii: "(") ? UInt8(ascii: ")") : mark
        guard "\"'(".utf8.contains(mark), title.count > 1, title.last == close, text.first != mark else { return nil }
        return Array(address)
    }

    /// Whether something looks like an address rather than a word after a colon.
    private static func isAddress(_ text: ArraySlice<UInt8>) -> Bool {
        ["http://", "https://", "tg://", "mailto:", "/", "./", "../", "#"].contains { text.starts(with: $0.utf8) }
    }
}

extension MarkdownLines {
    /// The label of a definition and what stands behind its colon; nil for any other line.
    func definition(_ line: MarkdownLine) -> (label: ArraySlice<UInt8>, rest: MarkdownLine)? {
        // Looked at first, because most lines are none.
        guard line.start < line.end else { return nil }
        let first = bytes[line.start]
        guard first == UInt8(ascii: "[") || first == 32, indent(line) < 4 else { return nil }
        let words = trim(line)
        guard words.start < words.end, bytes[words.start] == UInt8(ascii: "[") else { return nil }
        let limit = min(words.end, words.start + MarkdownReferences.maximumLabelByteCount)
        guard
            let close = bytes[(words.start + 1)..<limit].firstIndex(where: {
                $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "[")
            }),
            bytes[close] == UInt8(ascii: "]"), close > words.start + 1, close + 1 < words.end,
            bytes[close + 1] == UInt8(ascii: ":")
        else { return nil }
        return (bytes[(words.start + 1)..<close], MarkdownLine(start: close + 2, end: words.end))
    }
}
