import MartletCore

/// `parse_mode: HTML`, as the server reads it.
enum HTMLMarkup {
    private static let types = [
        "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
        "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
        "code": "code",
        "pre": "pre", "a": "text_link", "blockquote": "blockquote", "span": "spoiler", "tg-emoji": "custom_emoji",
        "tg-time": "date_time",
    ]
    private static let references: [String: Unicode.Scalar] = ["lt": "<", "gt": ">", "amp": "&", "quot": "\""]

    static func parse(_ source: String) throws(Refusal) -> FormattedText {
        var builder = MarkupBuilder()
        let scalars = Array(source.unicodeScalars)
        var index = 0
        var bytes = 0
        func failure(_ reason: String) -> Refusal { .badRequest("can't parse entities: " + reason) }
        while index < scalars.count {
            let scalar = scalars[index]
            if scalar == "&" {
                let (character, count) = reference(scalars[index...])
                builder.append(character)
                index += count
                bytes += count
                continue
            }
            guard scalar == "<" else {
                builder.append(scalar)
                index += 1
                bytes += UTF8.width(scalar)
                continue
            }
            let start = bytes
            guard let close = scalars[index...].firstIndex(of: ">") else {
                throw failure("Unclosed start tag at byte offset \(start)")
            }
            let tag = String(String.UnicodeScalarView(scalars[(index + 1)..<close]))
            bytes += tag.utf8.count + 2
            index = close + 1
            if tag.hasPrefix("/") {
                let name = tag.dropFirst().trimmingWhitespace().lowercased()
                guard let last = builder.open.last else { throw failure("Unexpected end tag at byte offset \(start)") }
                guard last.mark == name else {
                    throw failure(
                        "Unmatched end tag at byte offset \(start), expected \"</\(last.mark)>\", found \"</\(name)>\""
                    )
                }
                end(&builder)
            } else {
                try begin(tag, at: start, &builder)
            }
        }
        if let last = builder.open.last {
            throw failure("Can't find end tag corresponding to start tag \"\(last.mark)\"")
        }
        return builder.formatted
    }

    private static func begin(_ tag: String, at start: Int, _ builder: inout MarkupBuilder) throws(Refusal) {
        let name = tag.prefix { !$0.isWhitespace }.lowercased()
        let attributes = attributes(of: tag.dropFirst(name.count))
        guard let type = types[name] else {
            throw .badRequest("can't parse entities: Unsupported start tag \"\(name)\" at byte offset \(start)")
        }
        switch name {
        case "span" where attributes["class"] != "tg-spoiler":
            throw .badRequest(
                "can't parse entities: Tag \"span\" must have class \"tg-spoiler\" at byte offset \(start)"
            )
        case "blockquote" where attributes["expandable"] != nil:
            builder.begin(name, "expandable_blockquote", at: start)
        case "a":
            // The server takes the text itself for the link where there is no address.
            let url = attributes["href"] ?? ""
            builder.begin(name, AutomaticEntities.isLink(url) ? type : "", at: start, ["url": .string(url)])
        case "code":
            let language = attributes["class"].flatMap { $0.hasPrefix("language-") ? String($0.dropFirst(9)) : nil }
            if let language, builder.open.last?.mark == "pre", builder.open.last?.offset == builder.utf16Count {
                builder.changeLast { $0.extra["language"] = .string(language) }
                builder.begin(name, "", at: start)
            } else {
                builder.begin(name, builder.open.contains { $0.mark == "pre" } ? "" : type, at: start)
            }
        case "tg-emoji":
            builder.begin(name, type, at: start, ["custom_emoji_id": .string(attributes["emoji-id"] ?? "")])
        default: builder.begin(name, type, at: start)
        }
    }

    private static func end(_ builder: inout MarkupBuilder) { builder.end() }

    private static func attributes(of text: Substring) -> [String: String] {
        var attributes: [String: String] = [:]
        var rest = text.drop(while: \.isWhitespace)
        while !rest.isEmpty {
            let name = rest.prefix { !$0.isWhitespace && $0 != "=" }
            rest = rest.dropFirst(name.count).drop(while: \.isWhitespace)
            var value = ""
            if rest.first == "=" {
                rest = rest.dropFirst().drop(while: \.isWhitespace)
                if let quote = rest.first, quote == "\"" || quote == "'" {
                    let raw = rest.dropFirst().prefix { $0 != quote }
                    rest = rest.dropFirst(raw.count + 2)
                    value = unescaped(String(raw))
                } else {
                    let raw = rest.prefix { !$0.isWhitespace }
                    rest = rest.dropFirst(raw.count)
                    value = unescaped(String(raw))
                }
            }
            if name.isEmpty, value.isEmpty { rest = rest.dropFirst() }
            attributes[name.lowercased()] = value
            rest = rest.drop(while: \.isWhitespace)
        }
        return attributes
    }

    private static func unescaped(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            guard scalars[index] == "&" else {
                result.append(scalars[index])
                index += 1
                continue
            }
            let (character, count) = reference(scalars[index...])
            result.append(character)
            index += count
        }
        return String(result)
    }

    /// The character that `&…;` stands for and how long it is written; `&` itself where it is none.
    private static func reference(_ text: ArraySlice<Unicode.Scalar>) -> (Unicode.Scalar, Int) {
        guard let end = text.prefix(12).firstIndex(of: ";") else { return ("&", 1) }
        let name = String(String.UnicodeScalarView(text[(text.startIndex + 1)..<end]))
        let count = end - text.startIndex + 1
        if let character = references[name] { return (character, count) }
        guard name.hasPrefix("#") else { return ("&", 1) }
        let digits = name.dropFirst()
        let value = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let value, value > 0, let scalar = Unicode.Scalar(value) else { return ("&", 1) }
        return (scalar, count)
    }
}
