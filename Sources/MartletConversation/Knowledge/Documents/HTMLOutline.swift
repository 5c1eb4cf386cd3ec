/// Reads a page of the web as far as answers need it: its words, its headings and its title.
///
/// Whatever the page is like, nothing is thrown and the work is linear in its length.
enum HTMLOutline {
    /// The blocks of a page, and its title.
    static func read(_ text: String) -> (title: String?, blocks: [DocumentBlock]) {
        var reader = Reader(text)
        reader.read()
        return (reader.title, reader.blocks)
    }

    /// Elements whose content nobody reads.
    private static let silent: Set = [
        "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "select", "textarea",
    ]
    /// Elements that end a paragraph.
    private static let breaking: Set = [
        "p", "div", "section", "article", "main", "header", "footer", "nav", "aside", "ul", "ol", "dl", "dt", "dd",
        "table", "blockquote", "figure", "figcaption", "form", "fieldset", "hr", "body", "head", "details", "summary",
    ]

    private struct Reader {
        private let bytes: [UInt8]
        private var index = 0
        private var line = 1
        var title: String?
        var blocks: [DocumentBlock] = []
        private var headings: [(level: Int, text: String)] = []
        private var section = 0
        private var words: [UInt8] = []
        private var startLine = 1
        private var headingLevel: Int?
        private var isTitle = false
        private var preDepth = 0

        init(_ text: String) {
            bytes = Array(text.utf8)
        }

        mutating func read() {
            while index < bytes.count {
                if bytes[index] == UInt8(ascii: "<"), takeMarkup() { continue }
                take(bytes[index])
            }
            endBlock()
        }

        private mutating func take(_ byte: UInt8) {
            let isSpace = byte == UInt8(ascii: " ") || (9...13).contains(byte)
            if words.isEmpty { startLine = line }
            if byte == UInt8(ascii: "\n") { line += 1 }
            if !words.isEmpty || !isSpace || preDepth > 0 { words.append(byte) }
            index += 1
        }

        /// Reads a tag or a comment; false where the sign is only a sign.
        private mutating func takeMarkup() -> Bool {
            if starts(with: "<!--") {
                skip(to: "-->")
                return true
            }
            guard index + 1 < bytes.count else { return false }
            let next = bytes[index + 1]
            guard next == UInt8(ascii: "/") || next == UInt8(ascii: "!") || next == UInt8(ascii: "?") || next.isLetter
            else { return false }
            let isEnd = next == UInt8(ascii: "/")
            var position = index + (isEnd ? 2 : 1)
            let nameStart = position
            while position < bytes.count, bytes[position].isLetter || bytes[position].isDigit { position += 1 }
            let name = String(decoding: bytes[nameStart..<position], as: UTF8.self).lowercased()
            skipTag(from: position)
            open(name, isEnd: isEnd)
            return true
        }

        /// Goes behind a tag's end; a `>` between quotes isn't it.
        private mutating func skipTag(from start: Int) {
            var quote: UInt8?
            var position = start
            while position < bytes.count {
                let byte = bytes[position]
                if byte == UInt8(ascii: "\n") { line += 1 }
                position += 1
                if let open = quote {
                    if byte == open { quote = nil }
                } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                    quote = byte
                } else if byte == UInt8(ascii: ">") {
                    break
                }
            }
            index = position
        }

        private mutating func open(_ name: String, isEnd: Bool) {
            if HTMLOutline.silent.contains(name) {
                if !isEnd { skip(to: "</" + name) }
                return
            }
            switch name {
            case "title":
                endBlock()
                isTitle = !isEnd
            case "h1", "h2", "h3", "h4", "h5", "h6":
                endBlock()
                headingLevel = isEnd ? nil : Int(name.dropFirst())
            case "br", "li", "tr":
                if name == "li", !isEnd { words += Array("\n- ".utf8) } else { words.append(UInt8(ascii: "\n")) }
            case "td", "th":
                if isEnd { words += Array(" | ".utf8) }
            case "pre":
                endBlock()
                preDepth = isEnd ? max(0, preDepth - 1) : preDepth + 1
            default:
                if HTMLOutline.breaking.contains(name) { endBlock() }
            }
        }

        private mutating func endBlock() {
            let text =
                preDepth > 0
                ? HTMLEntities.decode(String(decoding: words, as: UTF8.self))
                : Self.joined(HTMLEntities.decode(String(decoding: words, as: UTF8.self)))
            words = []
            guard !text.allSatisfy(\.isWhitespace) else { return }
            if isTitle {
                title = title ?? text.trimmingWhitespace()
            } else if let level = headingLevel {
                headings.removeAll { $0.level >= level }
                headings.append((level, text.split(whereSeparator: \.isWhitespace).joined(separator: " ")))
                section += 1
                title = title ?? headings.last?.text
            } else {
                blocks.append(
                    DocumentBlock(
                        kind: .prose,
                        text: text,
                        headings: headings.map(\.text),
                        lines: startLine...max(startLine, line),
                        section: section
                    )
                )
            }
        }

        /// The text with its lines' white space as single spaces, without empty lines.
        private static func joined(_ text: String) -> String {
            text.split(whereSeparator: \.isNewline)
                .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
                .filter { !$0.isEmpty && $0 != "-" }
                .joined(separator: "\n")
        }

        private func starts(with text: StaticString) -> Bool {
            text.withUTF8Buffer { bytes[index...].starts(with: $0) }
        }

        /// Goes behind the next occurrence of a text, whatever its case; to the end where there is none.
        private mutating func skip(to text: String) {
            let wanted = Array(text.utf8)
            while index < bytes.count {
                if bytes[index] == UInt8(ascii: "\n") { line += 1 }
                if bytes.count - index >= wanted.count,
                    zip(wanted, bytes[index...]).allSatisfy({ $0 == $1.lowercasedLetter })
                {
                    index += wanted.count
                    if text.hasPrefix("</") { skipTag(from: index) }
                    return
                }
                index += 1
            }
        }
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var lowercasedLetter: UInt8 { isLetter ? self | 0x20 : self }
}
