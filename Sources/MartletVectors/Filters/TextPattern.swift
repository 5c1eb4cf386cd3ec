internal import MartletCore

/// A regular expression that is looked for in time proportional to the text, whatever the expression.
///
/// All ways through the expression are followed at once (Thompson 1968, doi:10.1145/363347.363387), so that none is tried again.
/// Hence what needs memory of the text is refused: back references, looking around, atomic and possessive parts.
struct TextPattern: Sendable {
    /// One step of the automaton; targets are indices of steps.
    enum Step: Sendable {
        case scalar(ScalarTest)
        case place(Place)
        case either(Int, Int)
        case go(Int)
        case end
    }

    /// What must be so between two characters.
    enum Place: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBorder, noWordBorder
    }

    /// The most bytes of an expression.
    static let maximumByteCount = 1000
    /// The most steps, with the parts of `{n,m}` written out.
    static let maximumStepCount = 2000

    private let steps: [Step]

    /// Reads an expression in the common notation.
    /// - Throws: ``VectorStoreError`` with `invalid` for one that is none, `unsupported` for one that isn't regular, or
    ///   `tooLarge`.
    init(_ expression: String) throws(VectorStoreError) {
        guard expression.utf8.count <= Self.maximumByteCount else { throw Self.tooLarge }
        var parser = TextPatternParser(expression)
        let tree = try parser.parse()
        var steps: [Step] = []
        try Self.append(tree, to: &steps)
        steps.append(.end)
        self.steps = steps
    }

    static let tooLarge = VectorStoreError(
        .tooLarge,
        "a filter's regular expression is too large",
        remedy: "Shorten it to \(maximumByteCount) bytes, and repeat parts less often"
    )

    private static func append(_ tree: TextPatternTree, to steps: inout [Step]) throws(VectorStoreError) {
        guard steps.count < maximumStepCount else { throw tooLarge }
        switch tree {
        case .scalar(let test): steps.append(.scalar(test))
        case .place(let place): steps.append(.place(place))
        case .sequence(let parts): for part in parts { try append(part, to: &steps) }
        case .choice(let parts):
            var ends: [Int] = []
            for part in parts.dropLast() {
                let fork = steps.count
                steps.append(.go(0))
                try append(part, to: &steps)
                ends.append(steps.count)
                steps.append(.go(0))
                steps[fork] = .either(fork + 1, steps.count)
            }
            if let last = parts.last { try append(last, to: &steps) }
            for end in ends { steps[end] = .go(steps.count) }
        case .repetition(let part, let least, let most):
            for _ in 0..<least {
                let count = steps.count
                try append(part, to: &steps)
                // Nothing repeated is nothing, however often.
                if steps.count == count { return }
            }
            guard let most else {
                let fork = steps.count
                steps.append(.go(0))
                try append(part, to: &steps)
                steps.append(.go(fork))
                steps[fork] = .either(fork + 1, steps.count)
                return
            }
            var forks: [Int] = []
            for _ in least..<max(least, most) {
                forks.append(steps.count)
                steps.append(.go(0))
                try append(part, to: &steps)
            }
            for fork in forks { steps[fork] = .either(fork + 1, steps.count) }
        }
    }

    /// Whether the expression fits anywhere in a text's UTF-8.
    ///
    /// - Complexity: O(text x steps).
    func isFound(in text: UnsafeRawBufferPointer) -> Bool {
        var present = StepSet(capacity: steps.count)
        var next = StepSet(capacity: steps.count)
        var pending: [Int] = []
        var scalars = text.makeIterator()
        var decoder = UTF8()
        var previous: Unicode.Scalar?
        var current = Self.scalar(&decoder, &scalars)
        while true {
            if follow(0, into: &present, &pending, previous, current) { return true }
            guard let scalar = current else { return false }
            let after = Self.scalar(&decoder, &scalars)
            next.removeAll()
            for index in present.members {
                if case .scalar(let test) = steps[index], test.accepts(scalar),
                    follow(index + 1, into: &next, &pending, scalar, after)
                {
                    return true
                }
            }
            swap(&present, &next)
            previous = scalar
            current = after
        }
    }

    /// Adds a step and all that follow it without a character; gives true at the end of the expression.
    private func follow(
        _ start: Int,
        into set: inout StepSet,
        _ pending: inout [Int],
        _ previous: Unicode.Scalar?,
        _ current: Unicode.Scalar?
    ) -> Bool {
        pending.append(start)
        while let index = pending.popLast() {
            guard set.insert(index) else { continue }
            switch steps[index] {
            case .scalar: break
            case .go(let target): pending.append(target)
            case .either(let first, let second):
                pending.append(first)
                pending.append(second)
            case .place(let place):
                if place.isBetween(previous, current) { pending.append(index + 1) }
            case .end: return true
            }
        }
        return false
    }

    /// The next character; broken UTF-8 is the replacement character.
    private static func scalar(
        _ decoder: inout UTF8,
        _ bytes: inout UnsafeRawBufferPointer.Iterator
    ) -> Unicode.Scalar? {
        switch decoder.decode(&bytes) {
        case .scalarValue(let scalar): scalar
        case .emptyInput: nil
        case .error: "\u{FFFD}"
        }
    }
}

extension TextPattern.Place {
    fileprivate func isBetween(_ previous: Unicode.Scalar?, _ next: Unicode.Scalar?) -> Bool {
        switch self {
        case .textStart: previous == nil
        case .textEnd: next == nil
        case .lineStart: previous == nil || previous == "\n"
        case .lineEnd: next == nil || next == "\n"
        case .wordBorder: Self.isWord(previous) != Self.isWord(next)
        case .noWordBorder: Self.isWord(previous) == Self.isWord(next)
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar?) -> Bool { scalar.map(ScalarTest.word.accepts) ?? false }
}

/// A set of steps that is emptied at no cost (Briggs and Torczon 1993, doi:10.1145/176454.176484).
private struct StepSet {
    private(set) var members: [Int] = []
    private var place: [Int]

    init(capacity: Int) {
        place = Array(repeating: 0, count: capacity)
        members.reserveCapacity(capacity)
    }

    /// Whether it wasn't a member.
    mutating func insert(_ step: Int) -> Bool {
        if place[step] < members.count, members[place[step]] == step { return false }
        place[step] = members.count
        members.append(step)
        return true
    }

    mutating func removeAll() { members.removeAll(keepingCapacity: true) }
}
