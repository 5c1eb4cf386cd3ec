import MartletCore

/// What a rich message must be.
///
/// Its Markdown or HTML is kept as it came; nothing lays it out.
enum RichMessageRules {
    /// How long it may be, in characters.
    static let maximumLength = 32_768
    private static let maximumBlockCount = 500
    private static let maximumDepth = 16

    /// Reads `rich_message` of a call.
    static func read(_ call: MethodCall, isDraft: Bool = false) throws(Refusal) -> JSONValue {
        guard let rich = try call.structured("rich_message", "can't parse InputRichMessage JSON object"),
            rich.object != nil
        else { throw .badRequest("rich message is empty") }
        let given = ["html", "markdown", "blocks"].filter { rich[$0] != nil }
        guard given.count == 1, let form = given.first else {
            throw .badRequest("exactly one of the fields \"html\", \"markdown\" and \"blocks\" must be specified")
        }
        if form == "blocks" {
            guard let blocks = rich["blocks"]?.array, !blocks.isEmpty else {
                throw .badRequest("rich message is empty")
            }
            guard count(.array(blocks), depth: 0) <= maximumBlockCount else {
                throw .badRequest("rich message is too long")
            }
            let depth = depth(of: .array(blocks))
            guard depth <= 4 * maximumDepth else { throw .badRequest("rich message is nested too deeply") }
        } else {
            let text = rich[form]?.string ?? ""
            guard !text.trimmingWhitespace().isEmpty else { throw .badRequest("rich message is empty") }
            guard text.count <= maximumLength else { throw .badRequest("rich message is too long") }
        }
        if !isDraft, hasThinking(rich) { throw .badRequest("thinking blocks are allowed only in drafts") }
        return rich
    }

    /// What it says without its form, for terminals and expectations.
    static func plainText(of rich: JSONValue) -> String {
        if let text = rich["markdown"]?.string { return text }
        if let html = rich["html"]?.string { return (try? HTMLMarkup.parse(html))?.text ?? html }
        var words: [String] = []
        collect(rich["blocks"] ?? .null, into: &words)
        return words.joined(separator: "\n")
    }

    private static func collect(_ value: JSONValue, into words: inout [String]) {
        switch value {
        case .array(let elements): for element in elements { collect(element, into: &words) }
        case .object(let members):
            for (name, value) in members where name != "type" {
                if name == "text", let text = value.string { words.append(text) } else { collect(value, into: &words) }
            }
        default: break
        }
    }

    private static func hasThinking(_ rich: JSONValue) -> Bool {
        if rich["html"]?.string?.contains("<tg-thinking") == true { return true }
        return rich["blocks"]?.array?.contains { $0["type"]?.string == "thinking" } ?? false
    }

    private static func count(_ value: JSONValue, depth: Int) -> Int {
        switch value {
        case .array(let elements): elements.reduce(0) { $0 + count($1, depth: depth + 1) }
        case .object(let members):
            members.reduce(members["type"] == nil ? 0 : 1) { $0 + count($1.value, depth: depth + 1) }
        default: 0
        }
    }

    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.map { depth(of: $0) }.max() ?? 0)
        case .object(let members): 1 + (members.map { depth(of: $0.value) }.max() ?? 0)
        default: 0
        }
    }
}
