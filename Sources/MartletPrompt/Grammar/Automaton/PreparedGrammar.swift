internal import Synchronization

/// A grammar with a model's vocabulary, and what matching them has found out so far.
///
/// One serves all answers of this form, one after the other or at the same time: states and masks that one of them needed
/// are there for the next. Memory is bounded: some megabytes.
public final class PreparedGrammar: Sendable {
    /// The form.
    public let grammar: Grammar
    /// The tokens.
    public let vocabulary: GrammarVocabulary
    private let current: Mutex<GrammarStates>

    /// Compiles a form for a vocabulary: what no token can spell is no alternative.
    ///
    /// - Throws: What ``Grammar/init(_:)`` throws.
    public convenience init(_ source: GrammarSource, _ vocabulary: GrammarVocabulary) throws(GrammarError) {
        self.init(try Grammar(source, alphabet: vocabulary.alphabet), vocabulary)
    }

    /// Brings a grammar and a vocabulary together; cheap, all else happens when it is first needed.
    public init(_ grammar: Grammar, _ vocabulary: GrammarVocabulary) {
        self.grammar = grammar
        self.vocabulary = vocabulary
        current = Mutex(GrammarStates(grammar))
    }

    /// Whether so many alternatives are open at the very beginning that they can't be followed.
    public var isTooAmbiguous: Bool { current.withLock { $0.isExhausted } }

    /// A matcher at the beginning of a text.
    public func matcher() -> GrammarMatcher {
        let states = current.withLock { states in
            if states.isFull || states.isExhausted { states = GrammarStates(grammar) }
            return states
        }
        return GrammarMatcher(self, states)
    }

    /// A collection of states that has room, in place of `full`.
    func states(replacing full: GrammarStates) -> GrammarStates {
        current.withLock { states in
            if states === full || states.isFull { states = GrammarStates(grammar) }
            return states
        }
    }
}
