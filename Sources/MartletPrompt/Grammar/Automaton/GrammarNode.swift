/// A step of a grammar's automaton.
enum GrammarNode: Sendable, Hashable {
    /// Takes a byte of set `set` and goes on at `next`.
    case bytes(set: Int32, next: Int32)
    /// Runs the rule that begins at `start`, then goes on at `next`.
    case call(start: Int32, next: Int32)
    /// Goes on at any of the targets `first..<first + count`.
    case choice(first: Int32, count: Int32)
    /// Runs a body many times, then goes on at `next`.
    case repetition(index: Int32, next: Int32)
    /// The end of a rule or of a repetition's body.
    case end
}

/// What a repetition repeats, and how often.
struct GrammarRepetition: Sendable {
    /// Where the body begins.
    var start: Int32
    /// How often at least; 0 for a body that may be empty.
    var minimum: Int32
    /// How often at most; nil is without end.
    var maximum: Int32?
    /// Whether the body may be empty.
    var isNullable: Bool
    /// What of a body is a single byte or a scalar that isn't ASCII.
    var run: ByteRun
}

/// Bytes of which each is a whole body of a repetition, so that a walk can take many of them at once.
struct ByteRun: Sendable, Hashable {
    /// The ASCII bytes, and those above where they stand alone.
    var bytes = ByteSet()
    /// Whether every scalar from U+0080 on is a body.
    var takesScalars = false

    /// What of `body` is a single byte or scalar.
    init(_ body: GrammarExpression) {
        add(body)
    }

    private mutating func add(_ body: GrammarExpression) {
        switch body {
        case .scalars(let set):
            for byte: UInt8 in 0..<0x80 where set.contains(UInt32(byte)) { bytes.insert(byte) }
            if set.covers(0x80...ScalarRanges.last) { takesScalars = true }
        case .bytes(let set): bytes.formUnion(set)
        case .literal(let text): if text.count == 1 { bytes.insert(text[0]) }
        case .choice(let parts): for part in parts { add(part) }
        case .sequence(let parts): if parts.count == 1 { add(parts[0]) }
        case .repetition(let body, let minimum, let maximum): if minimum == 1, maximum == 1 { add(body) }
        case .rule: break
        }
    }
}
