/// Why a regular expression cannot be used.
struct ExpressionError: Error, Hashable {
    /// What it has that isn't known here.
    let reason: String
}

/// A regular expression over scalars as tokenizers' files write them: classes, alternatives, groups, all kinds of
/// repetition, looking around; no references back.
struct SplitExpression: Sendable {
    /// One step of the program that an expression becomes.
    enum Step: Sendable {
        case scalar(ScalarTest)
        /// Tries the first place, then the second.
        case fork(Int, Int)
        case jump(Int)
        /// What follows up to its own `done` must match `back` scalars before here, or must not; then on at `next`.
        case look(back: Int, isNegative: Bool, next: Int)
        /// What follows up to its own `done` matches the first way it can, and no other; then on at `next`.
        case atomic(next: Int)
        case textStart
        case textEnd
        /// Begins a line, or ends one.
        case lineStart
        case lineEnd
        case wordBoundary(isNegative: Bool)
        case done
    }

    let steps: [Step]

    /// Programs with more steps are refused.
    static let greatestStepCount = 20_000

    init(_ source: String) throws(ExpressionError) {
        var parser = ExpressionParser(source)
        let tree = try parser.parse()
        var steps: [Step] = []
        try Self.compile(tree, &steps)
        steps.append(.done)
        self.steps = steps
    }

    private static func compile(_ tree: ExpressionTree, _ steps: inout [Step]) throws(ExpressionError) {
        guard steps.count < greatestStepCount else { throw ExpressionError(reason: "it is too long") }
        switch tree {
        case .scalar(let test): steps.append(.scalar(test))
        case .assertion(let step): steps.append(step)
        case .sequence(let parts): for part in parts { try compile(part, &steps) }
        case .choice(let parts):
            var exits: [Int] = []
            for (index, part) in parts.enumerated() {
                if index + 1 == parts.count {
                    try compile(part, &steps)
                } else {
                    let fork = steps.count
                    steps.append(.done)
                    try compile(part, &steps)
                    exits.append(steps.count)
                    steps.append(.done)
                    steps[fork] = .fork(fork + 1, steps.count)
                }
            }
            for exit in exits { steps[exit] = .jump(steps.count) }
        case .look(let part, let isAhead, let isNegative):
            guard let back = isAhead ? 0 : part.length else {
                throw ExpressionError(reason: "it looks behind for a text whose length varies")
            }
            let place = steps.count
            steps.append(.done)
            try compile(part, &steps)
            steps.append(.done)
            steps[place] = .look(back: back, isNegative: isNegative, next: steps.count)
        case .atomic(let part):
            let place = steps.count
            steps.append(.done)
            try compile(part, &steps)
            steps.append(.done)
            steps[place] = .atomic(next: steps.count)
        case .repeated(let part, let least, let most, let kind):
            if kind == .possessive {
                return try compile(.atomic(.repeated(part, least: least, most: most, .greedy)), &steps)
            }
            for _ in 0..<least { try compile(part, &steps) }
            if let most {
                var forks: [Int] = []
                for _ in least..<max(most, least) {
                    forks.append(steps.count)
                    steps.append(.done)
                    try compile(part, &steps)
                }
                for fork in forks {
                    steps[fork] = kind == .lazy ? .fork(steps.count, fork + 1) : .fork(fork + 1, steps.count)
                }
            } else {
                let fork = steps.count
                steps.append(.done)
                try compile(part, &steps)
                steps.append(.jump(fork))
                steps[fork] = kind == .lazy ? .fork(steps.count, fork + 1) : .fork(fork + 1, steps.count)
            }
        }
    }
}

/// An expression before it becomes a program.
indirect enum ExpressionTree: Sendable {
    enum Kind: Sendable {
        case greedy
        case lazy
        case possessive
    }

    case scalar(ScalarTest)
    case assertion(SplitExpression.Step)
    case sequence([ExpressionTree])
    case choice([ExpressionTree])
    case look(ExpressionTree, isAhead: Bool, isNegative: Bool)
    case atomic(ExpressionTree)
    case repeated(ExpressionTree, least: Int, most: Int?, Kind)

    /// How many scalars every match has; nil when that varies.
    var length: Int? {
        switch self {
        case .scalar: return 1
        case .assertion, .look: return 0
        case .atomic(let part): return part.length
        case .sequence(let parts):
            return parts.reduce(0) { total, part in total.flatMap { sum in part.length.map { sum + $0 } } }
        case .choice(let parts):
            guard let first = parts.first?.length, parts.allSatisfy({ $0.length == first }) else { return nil }
            return first
        case .repeated(let part, let least, let most, _): return least == most ? part.length.map { $0 * least } : nil
        }
    }
}

/// A set of scalars that an expression names.
indirect enum ScalarTest: Sendable {
    case any
    case range(ClosedRange<UInt32>)
    /// One of ``ScalarClass``'s bits.
    case classes(UInt16)
    case categories(Set<Unicode.GeneralCategory>)
    case word
    case union([ScalarTest])
    case intersection([ScalarTest])
    case inverted(ScalarTest)
    /// The same without regard to upper and lower case.
    case caseless(ScalarTest)

    func contains(_ value: UInt32, _ classes: UInt16) -> Bool {
        switch self {
        case .any: value != 0x0A
        case .range(let range): range.contains(value)
        case .classes(let mask): classes & mask != 0
        case .categories(let categories):
            Unicode.Scalar(value).map { categories.contains($0.properties.generalCategory) } ?? false
        case .word: Self.isWord(value)
        case .union(let parts): parts.contains { $0.contains(value, classes) }
        case .intersection(let parts): parts.allSatisfy { $0.contains(value, classes) }
        case .inverted(let part): !part.contains(value, classes)
        case .caseless(let part): Self.variants(of: value).contains { part.contains($0, ScalarClass.of($0)) }
        }
    }

    /// Oniguruma's `\w`, which has no joiners but the superscripts and fractions of Latin-1.
    static func isWord(_ value: UInt32) -> Bool {
        switch value {
        case 0x200C, 0x200D: false
        case 0xB2, 0xB3, 0xB9, 0xBC...0xBE: true
        default: ReferenceTables.shared.classes(of: value).contains(.word)
        }
    }

    /// The scalar with those that differ from it in case alone.
    private static func variants(of value: UInt32) -> [UInt32] {
        guard let scalar = Unicode.Scalar(value) else { return [value] }
        var found = [value]
        for text in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
            if let first = text.unicodeScalars.first, text.unicodeScalars.count == 1 { found.append(first.value) }
        }
        // The long s and the Kelvin sign fold to letters of ASCII.
        if value == 0x53 || value == 0x73 { found.append(0x17F) }
        if value == 0x4B || value == 0x6B { found.append(0x212A) }
        return found
    }
}
