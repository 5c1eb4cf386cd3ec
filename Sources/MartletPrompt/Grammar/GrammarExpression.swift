/// What a rule of a grammar stands for, before it becomes nodes of an automaton.
indirect enum GrammarExpression: Sendable, Hashable {
    /// These bytes.
    case literal([UInt8])
    /// One scalar of a set, in UTF-8.
    case scalars(ScalarRanges)
    /// One byte of a set.
    case bytes(ByteSet)
    /// All of these, one after the other; none of them is the empty text.
    case sequence([GrammarExpression])
    /// One of these; none of them is impossible.
    case choice([GrammarExpression])
    /// This many times; nil is without end.
    case repetition(GrammarExpression, minimum: Int, maximum: Int?)
    /// What the rule of this index stands for.
    case rule(Int)

    /// The empty text.
    static let empty = GrammarExpression.sequence([])
    /// No text at all, so that an alternative with it is none.
    static let impossible = GrammarExpression.choice([])

    /// The UTF-8 of a text.
    static func text(_ text: String) -> GrammarExpression { .literal(Array(text.utf8)) }

    /// The expression or nothing.
    static func optional(_ body: GrammarExpression) -> GrammarExpression {
        .repetition(body, minimum: 0, maximum: 1)
    }

    /// The expression any number of times.
    static func star(_ body: GrammarExpression) -> GrammarExpression {
        .repetition(body, minimum: 0, maximum: nil)
    }

    /// The same expression over rules whose indices begin at `offset`.
    func shifted(by offset: Int) -> GrammarExpression {
        switch self {
        case .literal, .scalars, .bytes: self
        case .sequence(let parts): .sequence(parts.map { $0.shifted(by: offset) })
        case .choice(let parts): .choice(parts.map { $0.shifted(by: offset) })
        case .repetition(let body, let minimum, let maximum):
            .repetition(body.shifted(by: offset), minimum: minimum, maximum: maximum)
        case .rule(let index): .rule(index + offset)
        }
    }

    /// Whether the expression is one of no texts, as far as it shows without looking into rules.
    var isImpossible: Bool {
        switch self {
        case .choice(let parts): parts.allSatisfy(\.isImpossible)
        case .sequence(let parts): parts.contains(where: \.isImpossible)
        case .scalars(let set): set.isEmpty
        case .bytes(let set): set.isEmpty
        case .repetition(let body, let minimum, _): minimum > 0 && body.isImpossible
        case .literal, .rule: false
        }
    }
}
