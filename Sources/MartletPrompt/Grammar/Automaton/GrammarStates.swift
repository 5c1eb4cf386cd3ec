internal import Synchronization

/// The states of a grammar's automaton that have been met so far, with the ways between them and their masks.
///
/// A state is the set of all places at which the automaton may stand, each a node that takes a byte with the stack above
/// which it lies; stacks share what they have in common. States are found when they are first needed and kept, so that
/// a text costs a table look-up for each byte. When too many have been met, whoever stands in one moves to an empty
/// collection: see ``isFull``.
final class GrammarStates: Sendable {
    /// A state's number; ``dead`` is the one from which nothing leads on.
    typealias State = Int32
    static let dead: State = 0

    let grammar: Grammar
    private let table: Mutex<GrammarStateTable>

    init(_ grammar: Grammar) {
        self.grammar = grammar
        table = Mutex(GrammarStateTable(grammar))
    }

    /// The state before any byte.
    var start: State { table.withLock { $0.start } }

    /// Whether so many states and stacks have been met that it is time to move; see ``export(_:)``.
    var isFull: Bool { table.withLock { $0.isFull } }

    /// Whether following the form took more than is allowed, so that it can't be gone on with.
    var isExhausted: Bool { table.withLock { $0.isExhausted } }

    /// The state after `bytes`.
    func advance(_ state: State, _ bytes: some Collection<UInt8>) -> State {
        table.withLock { table in
            table.renewBudget()
            var state = state
            for byte in bytes {
                state = table.advance(state, byte)
                if state == Self.dead { break }
            }
            return state
        }
    }

    /// Whether a text may end in `state`, and whether anything may follow.
    func ending(of state: State) -> (isAccepting: Bool, isOver: Bool) {
        table.withLock { ($0.isAccepting(state), $0.isOver(state)) }
    }

    /// The tokens that may come in `state`, a bit each.
    func mask(_ state: State, _ vocabulary: GrammarVocabulary) -> [UInt64] {
        table.withLock { $0.mask(state, vocabulary) }
    }

    /// A state without its numbers, for another collection of the same grammar.
    func export(_ state: State) -> GrammarStateTable.Portable {
        table.withLock { $0.export(state) }
    }

    /// The number here of a state from another collection.
    func `import`(_ portable: GrammarStateTable.Portable) -> State {
        table.withLock { $0.import(portable) }
    }
}
