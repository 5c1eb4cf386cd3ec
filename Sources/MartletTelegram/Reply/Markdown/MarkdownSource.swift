/// The bytes of a text as the parser takes them.
enum MarkdownSource {
    /// UTF-8 without what the platform takes out of messages: carriage returns, control characters, the marks that turn
    /// lines around and the ones that draw lines through others.
    /// - Parameter spacesPerTab: How many spaces stand for a tab; nil keeps tabs.
    /// - Complexity: O(text).
    static func clean(_ text: String, spacesPerTab: Int? = nil) -> [UInt8] {
        var text = text
        return text.withUTF8 { source in
            var result: [UInt8] = []
            result.reserveCapacity(source.count)
            var index = 0
            while index < source.count {
                let byte = source[index]
                if byte > 31, byte != 127, byte != 0xE2, byte != 0xCC {
                    result.append(byte)
                    index += 1
                    continue
                }
                switch byte {
                case UInt8(ascii: "\r"):
                    if index + 1 == source.count || source[index + 1] != UInt8(ascii: "\n") {
                        result.append(UInt8(ascii: "\n"))
                    }
                case UInt8(ascii: "\t"):
                    if let spacesPerTab {
                        result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: spacesPerTab))
                    } else {
                        result.append(byte)
                    }
                case UInt8(ascii: "\n"): result.append(byte)
                case 0..<32, 127: result.append(UInt8(ascii: " "))
                case 0xE2 where isRemoved(source, index, second: 0x80, 0xA8...0xAE):
                    index += 2
                case 0xCC where [0xB3, 0xBF, 0x8A].contains(source[index + 1]):
                    index += 1
                default: result.append(byte)
                }
                index += 1
            }
            return result
        }
    }

    private static func isRemoved(
        _ source: UnsafeBufferPointer<UInt8>,
        _ index: Int,
        second: UInt8,
        _ third: ClosedRange<UInt8>
    ) -> Bool {
        // The text is valid UTF-8, so the bytes that the first one promises are there.
        source[index + 1] == second && third.contains(source[index + 2])
    }

    /// How much of a text is read: all of it, or whole lines up to a limit.
    static func readCount(of bytes: [UInt8], upTo end: Int, limit: Int) -> Int {
        guard end > limit else { return end }
        if let lineEnd = bytes[(limit / 2)..<limit].lastIndex(of: UInt8(ascii: "\n")) { return lineEnd + 1 }
        // A text without lines is cut between two scalars.
        var border = limit
        while border > 0, bytes[border] & 0xC0 == 0x80 { border -= 1 }
        return border
    }

    /// How much of a growing text shows without promising what may not come: a last line of nothing but marks, a fence
    /// without its line's end, a table's row that is not complete, and marks at the very end wait for what follows them.
    /// - Complexity: O(last line).
    static func settledCount(of bytes: [UInt8]) -> Int {
        var end = bytes.count
        let start = lineStart(bytes, end)
        let line = bytes[start..<end]
        let words = line.drop { " \t>".utf8.contains($0) }
        let isMarks = line.allSatisfy { "-=*_`~#>+|: \t".utf8.contains($0) }
        let isFence = words.starts(with: "```".utf8) || words.starts(with: "~~~".utf8)
        if isMarks || isFence || words.first == UInt8(ascii: "|") { end = start }
        while end > start, "*_~|`\\[".utf8.contains(bytes[end - 1]) {
            let isBracket = bytes[end - 1] == UInt8(ascii: "[")
            end -= 1
            if isBracket, end > start, bytes[end - 1] == UInt8(ascii: "!") { end -= 1 }
        }
        return end
    }

    private static func lineStart(_ bytes: [UInt8], _ end: Int) -> Int {
        (bytes[..<end].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    }
}
