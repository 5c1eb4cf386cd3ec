public import MartletCore

/// A form that text can have, to be combined with others and then compiled into a ``Grammar``.
public struct GrammarSource: Sendable {
    /// Rules that ``root`` refers to by index.
    var rules: [Rule]
    /// What the whole text is.
    var root: GrammarExpression

    /// One rule.
    struct Rule: Sendable {
        /// What people call it, for messages.
        var name: String
        /// Where it is defined, for messages.
        var place: GrammarError.Place?
        /// What it stands for.
        var body: GrammarExpression
        /// Whether what is inside lies a level deeper, of which there are ``Grammar/maximumDepth``.
        var isNesting: Bool
    }

    init(rules: [Rule] = [], root: GrammarExpression) {
        self.rules = rules
        self.root = root
    }

    /// Exactly `text`.
    public static func literal(_ text: String) -> GrammarSource { GrammarSource(root: .text(text)) }

    /// Text that a grammar in GBNF describes, as llama.cpp's users write it.
    ///
    /// - Throws: An error with line, column and remedy.
    public static func gbnf(_ text: String) throws(GrammarError) -> GrammarSource {
        var parser = try GBNFParser(text)
        return try parser.parse()
    }

    /// JSON that a schema describes.
    ///
    /// - Throws: An error with the place in the schema and the remedy.
    public static func jsonSchema(_ schema: JSONValue) throws(GrammarError) -> GrammarSource {
        var compiler = SchemaCompiler(schema)
        return try compiler.compile()
    }

    /// One JSON object, whatever its members.
    public static let jsonObject: GrammarSource = {
        var builder = GrammarBuilder()
        let json = JSONForms(&builder)
        return builder.source(root: .rule(json.object))
    }()

    /// All of `parts`, one after the other.
    public static func sequence(_ parts: [GrammarSource]) -> GrammarSource {
        combine(parts) { .sequence($0) }
    }

    /// One of `parts`.
    public static func choice(_ parts: [GrammarSource]) -> GrammarSource {
        combine(parts) { .choice($0) }
    }

    /// The form this many times; a maximum of nil is without end.
    public func repeated(_ minimum: Int, _ maximum: Int?) -> GrammarSource {
        GrammarSource(rules: rules, root: .repetition(root, minimum: minimum, maximum: maximum))
    }

    static func combine(
        _ parts: [GrammarSource],
        _ join: ([GrammarExpression]) -> GrammarExpression
    ) -> GrammarSource {
        var rules: [Rule] = []
        var roots: [GrammarExpression] = []
        for part in parts {
            let offset = rules.count
            rules += part.rules.map { rule in
                var rule = rule
                rule.body = rule.body.shifted(by: offset)
                return rule
            }
            roots.append(part.root.shifted(by: offset))
        }
        return GrammarSource(rules: rules, root: join(roots))
    }
}
