/// How far a text has come in a form, and what may come next.
///
/// A value: a copy can be led along tokens that are only guessed, and thrown away. Copies share what they find out.
public struct GrammarMatcher: Sendable {
    private let prepared: PreparedGrammar
    private var states: GrammarStates
    private var state: GrammarStates.State
    /// Whether the text has the form if it ends here.
    public private(set) var canEnd = false
    /// Whether it has the form and nothing may follow.
    public private(set) var isComplete = false

    init(_ prepared: PreparedGrammar, _ states: GrammarStates) {
        self.prepared = prepared
        self.states = states
        state = states.start
        updateEnding()
    }

    /// Whether anything at all may come or the text may end; false only after something was accepted that isn't allowed,
    /// or where the form is too ambiguous to be followed.
    public var isAlive: Bool { state != GrammarStates.dead }

    /// V, the number of tokens.
    public var vocabularyCount: Int { prepared.vocabulary.tokenCount }

    /// Whether `token` may come next; false for tokens that stand for no text.
    ///
    /// - Complexity: O(bytes of the token), once its bytes have been met in this place; some microseconds for each that
    ///   has not.
    public func allows(_ token: Int32) -> Bool {
        guard let bytes = prepared.vocabulary.bytes(of: token) else { return false }
        return states.advance(state, bytes) != GrammarStates.dead
    }

    /// Takes note of a token; one that isn't allowed ends the matching, so that nothing is allowed from there on.
    public mutating func accept(_ token: Int32) {
        guard let bytes = prepared.vocabulary.bytes(of: token) else {
            state = GrammarStates.dead
            updateEnding()
            return
        }
        accept(bytes: bytes)
    }

    /// Takes note of text that came without tokens.
    public mutating func accept(bytes: some Collection<UInt8>) {
        state = states.advance(state, bytes)
        updateEnding()
        guard isAlive, states.isFull else { return }
        let portable = states.export(state)
        states = prepared.states(replacing: states)
        state = states.import(portable)
    }

    /// The tokens that may come next, a bit each: token t is bit t % 64 of word t / 64.
    ///
    /// - Complexity: Below a millisecond for 128 000 tokens where it has to be worked out; nothing where it is cached.
    public func allowedTokens() -> [UInt64] {
        states.mask(state, prepared.vocabulary)
    }

    private mutating func updateEnding() {
        let ending = states.ending(of: state)
        canEnd = ending.isAccepting
        isComplete = ending.isAccepting && ending.isOver
    }
}
