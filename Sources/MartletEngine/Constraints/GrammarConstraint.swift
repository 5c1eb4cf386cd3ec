public import MartletPrompt

/// A constraint that a grammar describes, at some place in an answer.
public struct GrammarConstraint: TokenConstraint {
    private var matcher: GrammarMatcher

    /// Starts at the beginning of an answer.
    public init(_ grammar: PreparedGrammar) {
        matcher = grammar.matcher()
    }

    /// Whether `token` may come next; false for tokens that stand for no text.
    ///
    /// - Complexity: O(bytes of the token): a microsecond, or some more for bytes that come in this place for the first
    ///   time.
    public func allows(_ token: Int32) -> Bool { matcher.allows(token) }

    /// Adds all tokens that may come next to `allowed`, an empty set over the vocabulary.
    ///
    /// - Complexity: Below a millisecond for 128 000 tokens; the masks of the places that came last are kept.
    public func fillAllowed(_ allowed: inout TokenBitset) {
        allowed.formUnion(words: matcher.allowedTokens())
    }

    /// Takes note that `token` was chosen.
    public mutating func accept(_ token: Int32) { matcher.accept(token) }

    /// Whether the answer has the form if it ends here.
    public var canEnd: Bool { matcher.canEnd }

    /// Whether it has the form and nothing may follow.
    public var isComplete: Bool { matcher.isComplete }
}
