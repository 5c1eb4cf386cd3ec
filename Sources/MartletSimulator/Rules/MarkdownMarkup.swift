import MartletCore

/// `parse_mode: MarkdownV2`, as the server reads it, and the older `Markdown`.
enum MarkdownMarkup {
    private static let reserved = Set("_*[]()~`>#+-=|{}.!".unicodeScalars)

    static func parse(_ source: String) throws(Refusal) -> FormattedText {
        var reader = MarkdownReader(source)
        return try reader.read(reserved: reserved)
    }

    /// The older form: `*bold*`, `_italic_`, `` `code` ``, ```` ```pre``` ```` and `[text](url)`; nothing nests.
    static func parseLegacy(_ source: String) throws(Refusal) -> FormattedText {
        var builder = MarkupBuilder()
        let scalars = Array(source.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "\\", index + 1 < scalars.count, "_*`[".unicodeScalars.contains(scalars[index + 1]) {
                builder.append(scalars[index + 1])
                index += 2
                continue
            }
            guard "_*`[".unicodeScalars.contains(scalar) else {
                builder.append(scalar)
                index += 1
                continue
            }
            let isBlock = scalar == "`" && scalars[index...].starts(with: "```".unicodeScalars)
            let mark: [Unicode.Scalar] = isBlock ? ["`", "`", "`"] : scalar == "[" ? ["]"] : [scalar]
            var close = index + (isBlock ? 3 : 1)
            let start = close
            while close < scalars.count, !scalars[close...].starts(with: mark) { close += 1 }
            guard close < scalars.count else {
                throw .badRequest("can't parse entities: Can't find end of the entity starting at byte offset \(index)")
            }
            var next = close + mark.count
            var type = ["_": "italic", "*": "bold", "`": isBlock ? "pre" : "code"][String(scalar)] ?? ""
            var extra: JSONObject = [:]
            if scalar == "[", next < scalars.count, scalars[next] == "(",
                let end = scalars[next...].firstIndex(of: ")")
            {
                let url = String(String.UnicodeScalarView(scalars[(next + 1)..<end]))
                if AutomaticEntities.isLink(url) { (type, extra) = ("text_link", ["url": .string(url)]) }
                next = end + 1
            }
            builder.begin("", type, at: index, extra)
            for character in scalars[start..<close] { builder.append(character) }
            builder.end()
            index = next
        }
        return builder.formatted
    }
}

private struct MarkdownReader {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var bytes = 0
    private var builder = MarkupBuilder()
    private static let names = [
        "*": "Bold", "_": "Italic", "__": "Underline", "~": "Strikethrough", "||": "Spoiler", "`": "Code",
        "```": "Pre", "[": "TextUrl", ">": "BlockQuote",
    ]

    init(_ source: String) {
        scalars = Array(source.unicodeScalars)
    }

    private func startsWith(_ mark: String) -> Bool { scalars[index...].starts(with: mark.unicodeScalars) }

    private mutating func skip(_ count: Int) {
        for scalar in scalars[index..<min(index + count, scalars.count)] { bytes += UTF8.width(scalar) }
        index += count
    }

    mutating func read(reserved: Set<Unicode.Scalar>) throws(Refusal) -> FormattedText {
        var isLineStart = true
        while index < scalars.count {
            let scalar = scalars[index]
            let isCode = builder.open.last?.type == "code" || builder.open.last?.type == "pre"
            if scalar == "\\", index + 1 < scalars.count, scalars[index + 1].value > 0, scalars[index + 1].value < 127 {
                skip(1)
                builder.append(scalars[index])
                skip(1)
                isLineStart = false
                continue
            }
            if isLineStart, !isCode, scalar == ">", !builder.open.contains(where: { $0.mark == ">" }) {
                builder.begin(">", "blockquote", at: bytes)
                skip(1)
                isLineStart = false
                continue
            }
            if isLineStart, builder.open.contains(where: { $0.mark == ">" }) {
                if scalar == ">" {
                    skip(1)
                    isLineStart = false
                    continue
                }
                // A line without the mark ends the quotation before its line break.
                try endQuote()
            }
            if scalar == "\n" {
                isLineStart = true
                builder.append(scalar)
                skip(1)
                continue
            }
            isLineStart = false
            guard reserved.contains(scalar) else {
                builder.append(scalar)
                skip(1)
                continue
            }
            try readMark(scalar, isCode: isCode)
        }
        if builder.open.last?.mark == ">" { builder.end() }
        if let last = builder.open.last {
            let name = Self.names[last.mark] ?? "the"
            throw .badRequest(
                "can't parse entities: Can't find end of \(name) entity at byte offset \(last.byteOffset)"
            )
        }
        return builder.formatted
    }

    private mutating func endQuote() throws(Refusal) {
        guard builder.open.last?.mark == ">" else { return }
        builder.end()
    }

    private mutating func readMark(_ scalar: Unicode.Scalar, isCode: Bool) throws(Refusal) {
        if isCode, let mark = builder.open.last?.mark {
            if startsWith(mark) {
                builder.end()
                skip(mark.unicodeScalars.count)
            } else {
                builder.append(scalar)
                skip(1)
            }
            return
        }
        for (mark, type) in [
            ("```", "pre"), ("`", "code"), ("||", "spoiler"), ("__", "underline"), ("_", "italic"), ("*", "bold"),
            ("~", "strikethrough"),
        ] where startsWith(mark) {
            if builder.open.last?.mark == mark {
                builder.end()
                skip(mark.count)
            } else {
                let start = bytes
                skip(mark.count)
                builder.begin(mark, type, at: start, mark == "```" ? language() : [:])
            }
            return
        }
        if scalar == "[" || (scalar == "!" && index + 1 < scalars.count && scalars[index + 1] == "[") {
            let start = bytes
            skip(scalar == "!" ? 2 : 1)
            builder.begin("[", "text_link", at: start)
        } else if scalar == "]", builder.open.last?.mark == "[" {
            skip(1)
            let url = index < scalars.count && scalars[index] == "(" ? try target() : ""
            if AutomaticEntities.isLink(url) {
                builder.end(["url": .string(url)])
            } else {
                builder.changeLast { $0.type = "" }
                builder.end()
            }
        } else {
            throw .badRequest(
                "can't parse entities: Character '\(scalar)' is reserved and must be escaped with the preceding '\\'"
            )
        }
    }

    /// The language behind an opening fence.
    private mutating func language() -> JSONObject {
        let line = scalars[index...].prefix { $0 != "\n" && $0 != "`" && $0 != " " }
        guard index + line.count < scalars.count, scalars[index + line.count] == "\n" else { return [:] }
        skip(line.count + 1)
        return line.isEmpty ? [:] : ["language": .string(String(String.UnicodeScalarView(line)))]
    }

    private mutating func target() throws(Refusal) -> String {
        let start = bytes
        skip(1)
        var url = String.UnicodeScalarView()
        while index < scalars.count, scalars[index] != ")" {
            if scalars[index] == "\\", index + 1 < scalars.count { skip(1) }
            url.append(scalars[index])
            skip(1)
        }
        guard index < scalars.count else {
            throw .badRequest("can't parse entities: Can't find end of a URL at byte offset \(start)")
        }
        skip(1)
        return String(url)
    }
}
