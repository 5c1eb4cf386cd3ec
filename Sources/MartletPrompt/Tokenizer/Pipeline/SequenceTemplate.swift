public import MartletCore

/// What stands around a text, and around two, before a model reads them.
public struct SequenceTemplate: Hashable, Sendable {
    /// One place of a template.
    public enum Part: Hashable, Sendable {
        /// A token that the vocabulary adds, with its type.
        case token(TokenID, type: Int32)
        /// The first text, all of whose tokens have a type.
        case first(type: Int32)
        /// The second text, all of whose tokens have a type.
        case second(type: Int32)
    }

    /// Around one text.
    public var single: [Part]
    /// Around two, such as a question and a passage; nil when the vocabulary has no rule for two.
    public var pair: [Part]?

    /// Makes a template of its parts.
    public init(single: [Part], pair: [Part]?) {
        self.single = single
        self.pair = pair
    }

    /// The tokens before the text.
    public var prefix: [TokenID] {
        Self.tokens(single.prefix { if case .first = $0 { false } else { true } })
    }

    /// The tokens after the text.
    public var suffix: [TokenID] {
        Self.tokens(single.drop { if case .first = $0 { false } else { true } })
    }

    private static func tokens(_ parts: some Sequence<Part>) -> [TokenID] {
        parts.compactMap { if case .token(let token, _) = $0 { token } else { nil } }
    }
}

/// Tokens with what each belongs to.
public struct TypedTokens: Hashable, Sendable {
    /// The tokens.
    public var tokens: [TokenID]
    /// For each token its type: 0 for the first text, mostly 1 for the second.
    public var types: [Int32]

    /// Makes tokens with their types; one for each.
    public init(tokens: [TokenID], types: [Int32]) {
        precondition(tokens.count == types.count)
        self.tokens = tokens
        self.types = types
    }
}
