extension MarkdownInlineParser {
    /// A backslash: before a mark it takes the mark's meaning away, before `(` or `[` it may begin a formula.
    mutating func readEscape() -> Bool {
        guard index + 1 < end else { return false }
        let next = bytes[index + 1]
        if next == UInt8(ascii: "("), readCode(from: index + 2, until: "\\)") { return true }
        if next == UInt8(ascii: "["), readCode(from: index + 2, until: "\\]") { return true }
        if next == UInt8(ascii: "\n") {
            append(.text, index + 1, index + 2)
        } else if Self.isMark(next) {
            append(.text, index + 1, index + 2)
        } else {
            return false
        }
        index += 2
        return true
    }

    /// Code between equal runs of backticks.
    mutating func readCode() -> Bool {
        var runEnd = index
        while runEnd < end, bytes[runEnd] == UInt8(ascii: "`") { runEnd += 1 }
        let length = runEnd - index
        guard let close = codeRuns.end(of: index) else {
            if isGrowing, runEnd < end {
                appendCode(runEnd, end)
                index = end
            } else {
                append(.text, index, runEnd)
                index = runEnd
            }
            return true
        }
        appendCode(runEnd, close)
        index = close + length
        return true
    }

    /// A formula between dollar signs; prices and names of variables are none.
    mutating func readFormula() -> Bool {
        guard index + 1 < end else { return false }
        if bytes[index + 1] == UInt8(ascii: "$") { return readCode(from: index + 2, until: "$$") }
        guard bytes[index + 1] > 32 else { return false }
        let limit = min(end, index + 500)
        guard let close = bytes[index + 1..<limit].firstIndex(of: UInt8(ascii: "$")), close > index + 1,
            bytes[close - 1] > 32, close + 1 == end || !Self.isLetterOrDigit(bytes[close + 1]),
            bytes[index + 1..<close].contains(where: { "\\^_{}=".utf8.contains($0) })
        else { return false }
        appendCode(index + 1, close)
        index = close + 1
        return true
    }

    /// A character by its name or number, such as `&lt;` or `&#8212;`.
    mutating func readNamedCharacter() -> Bool {
        let limit = min(end, index + 12)
        guard let close = bytes[index..<limit].firstIndex(of: UInt8(ascii: ";")) else { return false }
        let name = String(decoding: bytes[index + 1..<close], as: UTF8.self)
        guard let character = Self.character(named: name) else { return false }
        let start = bytes.count
        bytes += Array(character.utf8)
        append(.text, start, bytes.count)
        index = close + 1
        return true
    }

    private static func character(named name: String) -> String? {
        if let known = names[name] { return known }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let value = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        // Nothing that the platform would take out again.
        guard let value, value > 32, value != 127, !(0x2028...0x202E).contains(value),
            ![0x30A, 0x333, 0x33F].contains(value)
        else { return nil }
        return Unicode.Scalar(value).map { String($0) }
    }

    private static let names = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "copy": "©", "reg": "®",
        "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "laquo": "«", "raquo": "»", "bull": "•",
        "middot": "·", "deg": "°", "times": "×", "rarr": "→", "larr": "←", "euro": "€",
    ]

    /// Reads a formula up to its end mark, over at most a few thousand bytes.
    private mutating func readCode(from start: Int, until mark: String) -> Bool {
        let mark = Array(mark.utf8)
        guard !missing.contains(mark), start < end else { return false }
        var position = start
        while position + 1 < end, bytes[position] != mark[0] || bytes[position + 1] != mark[1] { position += 1 }
        guard position + 1 < end else {
            missing.insert(mark)
            guard isGrowing, end - start < 500 else { return false }
            appendCode(start, end)
            index = end
            return true
        }
        guard position > start else { return false }
        appendCode(start, position)
        index = position + 2
        return true
    }

    /// Adds code; a space at each end, and line ends, are only there for the writer's sake.
    private mutating func appendCode(_ start: Int, _ end: Int) {
        var (start, end) = (start, end)
        for position in start..<end where bytes[position] == UInt8(ascii: "\n") { bytes[position] = UInt8(ascii: " ") }
        let space = UInt8(ascii: " ")
        if end - start > 2, bytes[start] == space, bytes[end - 1] == space,
            bytes[start..<end].contains(where: { $0 != space })
        {
            start += 1
            end -= 1
        }
        append(.code, start, end)
    }

    /// Whether a byte is one of the marks that a backslash can take the meaning from.
    static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 33...47, 58...64, 91...96, 123...126: true
        default: false
        }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 128...: true
        default: false
        }
    }
}
