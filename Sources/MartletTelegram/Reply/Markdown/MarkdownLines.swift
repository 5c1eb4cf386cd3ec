/// What one line looks like.
struct MarkdownLines {
    let bytes: [UInt8]

    /// The bytes of a line.
    func text(_ line: MarkdownLine) -> ArraySlice<UInt8> { bytes[line.range] }

    /// All lines up to `end`.
    func all(upTo end: Int) -> [MarkdownLine] {
        var lines: [MarkdownLine] = []
        var start = 0
        for index in 0..<end where bytes[index] == UInt8(ascii: "\n") {
            lines.append(MarkdownLine(start: start, end: index))
            start = index + 1
        }
        if start < end { lines.append(MarkdownLine(start: start, end: end)) }
        return lines
    }

    /// How many columns of white space a line begins with, a tab reaching to the next multiple of four; `Int.max` where there is
    /// nothing else.
    func indent(_ line: MarkdownLine) -> Int {
        var columns = 0
        for byte in text(line) {
            switch byte {
            case UInt8(ascii: " "): columns += 1
            case UInt8(ascii: "\t"): columns += 4 - columns % 4
            default: return columns
            }
        }
        return .max
    }

    /// Whether there is nothing but white space.
    func isBlank(_ line: MarkdownLine) -> Bool { indent(line) == .max }

    /// The line without up to so many columns of white space at its front.
    func strip(_ line: MarkdownLine, columns: Int) -> MarkdownLine {
        var line = line
        var taken = 0
        while line.start < line.end, taken < columns {
            switch bytes[line.start] {
            case UInt8(ascii: " "): taken += 1
            case UInt8(ascii: "\t"): taken += 4 - taken % 4
            default: return line
            }
            line.start += 1
        }
        return line
    }

    /// The line without white space at both ends.
    func trim(_ line: MarkdownLine) -> MarkdownLine {
        var line = line
        while line.start < line.end, isSpace(bytes[line.start]) { line.start += 1 }
        while line.end > line.start, isSpace(bytes[line.end - 1]) { line.end -= 1 }
        return line
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// Whether the line is a horizontal rule.
    func isRule(_ line: MarkdownLine) -> Bool {
        guard indent(line) < 4, let mark = text(trim(line)).first, "-*_".utf8.contains(mark) else { return false }
        var count = 0
        for byte in text(line) where !isSpace(byte) {
            guard byte == mark else { return false }
            count += 1
        }
        return count >= 3
    }

    /// Whether the line makes the paragraph above it a heading.
    func isUnderline(_ line: MarkdownLine) -> Bool {
        let words = text(trim(line))
        guard indent(line) < 4, let mark = words.first, "-=".utf8.contains(mark) else { return false }
        return words.allSatisfy { $0 == mark }
    }

    /// The words of a heading that begins with number signs.
    func heading(_ line: MarkdownLine) -> MarkdownLine? {
        guard indent(line) < 4 else { return nil }
        var words = trim(line)
        let level = text(words).prefix { $0 == UInt8(ascii: "#") }.count
        guard (1...6).contains(level) else { return nil }
        words.start += level
        guard words.start == words.end || isSpace(bytes[words.start]) else { return nil }
        words = trim(words)
        var end = words.end
        while end > words.start, bytes[end - 1] == UInt8(ascii: "#") { end -= 1 }
        if end == words.start || isSpace(bytes[end - 1]) { words.end = end }
        return trim(words)
    }

    /// What a quoted line says; nil for a line that is not quoted.
    func quoted(_ line: MarkdownLine) -> MarkdownLine? {
        guard indent(line) < 4 else { return nil }
        var words = strip(line, columns: 3)
        guard words.start < words.end, bytes[words.start] == UInt8(ascii: ">") else { return nil }
        words.start += 1
        if words.start < words.end, bytes[words.start] == UInt8(ascii: " ") { words.start += 1 }
        return words
    }

    /// A line that begins a block of code.
    struct Fence {
        var mark: UInt8
        var count: Int
        var indent: Int
        var language: String?
    }

    /// The block of code that begins here.
    func fence(_ line: MarkdownLine) -> Fence? {
        let indent = indent(line)
        guard indent < 4 else { return nil }
        let words = trim(line)
        guard let mark = text(words).first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        let count = text(words).prefix { $0 == mark }.count
        guard count >= 3 else { return nil }
        let info = text(words).dropFirst(count)
        if mark == UInt8(ascii: "`"), info.contains(mark) { return nil }
        let word = info.drop { isSpace($0) }.prefix { !isSpace($0) }
        let name = String(decoding: word.prefix(64), as: UTF8.self).filter {
            $0.isLetter || $0.isNumber || "+-#._".contains($0)
        }
        return Fence(mark: mark, count: count, indent: indent, language: name.isEmpty ? nil : name)
    }

    /// Whether the line ends a block of code.
    func isEnd(of fence: Fence, _ line: MarkdownLine) -> Bool {
        guard indent(line) < 4 else { return false }
        let words = text(trim(line))
        return words.count >= fence.count && words.allSatisfy { $0 == fence.mark }
    }

    /// A line that begins an item of a list.
    struct Marker {
        var number: Int?
        /// The column of the bullet or the number.
        var indent: Int
        /// The column of the words.
        var contentIndent: Int
        /// The words.
        var content: MarkdownLine
    }

    /// The item that begins here.
    func marker(_ line: MarkdownLine) -> Marker? {
        let indent = indent(line)
        guard indent != .max else { return nil }
        var words = strip(line, columns: indent)
        var number: Int?
        var width = 1
        if "-*+".utf8.contains(bytes[words.start]) {
            words.start += 1
        } else {
            let digits = text(words).prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            guard (1...9).contains(digits.count), digits.endIndex < words.end,
                ".)".utf8.contains(bytes[digits.endIndex])
            else { return nil }
            number = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
            width = digits.count + 1
            words.start += width
        }
        guard words.start == words.end || isSpace(bytes[words.start]) else { return nil }
        let gap = self.indent(words)
        let spaces = gap == .max ? 1 : gap > 4 ? 1 : gap
        return Marker(
            number: number,
            indent: indent,
            contentIndent: indent + width + spaces,
            content: strip(words, columns: spaces)
        )
    }

    /// Whether the line begins something else than more of a paragraph.
    func beginsBlock(_ line: MarkdownLine) -> Bool {
        if fence(line) != nil || isRule(line) || heading(line) != nil || quoted(line) != nil { return true }
        if formulaMark(line) != nil { return true }
        guard indent(line) < 4, let marker = marker(line), !isBlank(marker.content) else { return false }
        return marker.number == nil || marker.number == 1
    }

    /// The mark that ends the formula that begins on this line; nil where none begins.
    func formulaMark(_ line: MarkdownLine) -> String? {
        let words = text(trim(line))
        if words.starts(with: "$$".utf8) { return "$$" }
        if words.starts(with: "\\[".utf8) { return "\\]" }
        return nil
    }
}
