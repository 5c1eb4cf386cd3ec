/// Turns expressions into nodes, each built after what follows it.
struct GrammarCompiler {
    private let source: GrammarSource
    /// Bytes that a text may have.
    let alphabet: ByteSet
    private(set) var nodes: [GrammarNode] = [.end]
    private(set) var targets: [Int32] = []
    private(set) var repetitions: [GrammarRepetition] = []
    private(set) var sets: [ByteSet] = []
    private(set) var weights: [UInt8] = [0]
    private(set) var start: Int32 = 0
    /// Where each rule begins; -1 for rules that nothing refers to.
    private(set) var starts: [Int32]
    let depthLimit: Int32

    /// The node that every rule ends with.
    static let end: Int32 = 0
    private var setIndices: [ByteSet: Int32] = [:]
    private var byteNodes: [GrammarNode: Int32] = [:]
    /// Rules that were referred to, and are still to be built.
    private var pending: [Int] = []
    /// Calls whose rule hasn't been built yet: node and rule.
    private var unresolved: [(node: Int, rule: Int)] = []
    /// Levels that a frame of a call counts for, where one is being built.
    private var weight: UInt8 = 0
    private let countsEveryRule: Bool

    init(_ source: GrammarSource, alphabet: ByteSet) {
        self.source = source
        self.alphabet = alphabet
        starts = Array(repeating: -1, count: source.rules.count)
        countsEveryRule = !source.rules.contains { $0.isNesting }
        // Without rules that say what a level is, every call is one, and there may be more of them.
        depthLimit = Int32(countsEveryRule ? Grammar.maximumDepth * 8 : Grammar.maximumDepth)
    }

    /// Builds everything that the root needs.
    mutating func compile() throws(GrammarError) {
        weight = countsEveryRule ? 1 : 0
        start = try build(source.root, next: Self.end, level: 0)
        while let rule = pending.popLast() {
            guard starts[rule] < 0 else { continue }
            weight = countsEveryRule || source.rules[rule].isNesting ? 1 : 0
            starts[rule] = try build(source.rules[rule].body, next: Self.end, level: 0)
        }
        for call in unresolved {
            guard case .call(_, let next) = nodes[call.node] else { continue }
            nodes[call.node] = .call(start: starts[call.rule], next: next)
        }
        try analyze()
    }

    /// The rule whose body begins at `node`, for messages.
    func rule(at node: Int32) -> GrammarSource.Rule? {
        starts.firstIndex(of: node).map { source.rules[$0] }
    }

    mutating func setNullable(_ index: Int) {
        repetitions[index].isNullable = true
        repetitions[index].minimum = 0
    }

    private mutating func add(_ node: GrammarNode) throws(GrammarError) -> Int32 {
        guard nodes.count < Grammar.nodeLimit else {
            throw GrammarError(
                .limit,
                "the form takes more than \(Grammar.nodeLimit) steps to describe",
                remedy: "Make it smaller: fewer rules, properties or alternatives"
            )
        }
        nodes.append(node)
        weights.append(weight)
        return Int32(truncatingIfNeeded: nodes.count - 1)
    }

    private mutating func build(_ expression: GrammarExpression, next: Int32, level: Int) throws(GrammarError) -> Int32
    {
        try check(level: level)
        switch expression {
        case .literal(let bytes):
            var node = next
            for byte in bytes.reversed() { node = try take(ByteSet(byte...byte), next: node) }
            return node
        case .bytes(let set): return try take(set, next: next)
        case .scalars(let scalars): return try choose(try build(scalars, next: next))
        case .sequence(let parts):
            var node = next
            for part in parts.reversed() { node = try build(part, next: node, level: level + 1) }
            return node
        case .choice(let parts): return try build(choice: parts, next: next, level: level)
        case .repetition(let body, let minimum, let maximum):
            return try build(body, minimum, maximum, next: next, level: level)
        case .rule(let rule):
            pending.append(rule)
            let node = try add(.call(start: -1, next: next))
            unresolved.append((Int(node), rule))
            return node
        }
    }

    private mutating func build(
        _ body: GrammarExpression,
        _ minimum: Int,
        _ maximum: Int?,
        next: Int32,
        level: Int
    ) throws(GrammarError) -> Int32 {
        if maximum == 0 { return next }
        if minimum == 1, maximum == 1 { return try build(body, next: next, level: level + 1) }
        if minimum == 0, maximum == 1 {
            return try choose([build(body, next: next, level: level + 1), next])
        }
        // A level counts once: with the repetition's frame, not with those of calls inside the body.
        let outer = weight
        weight = 0
        let start = try build(body, next: Self.end, level: level + 1)
        weight = outer
        repetitions.append(
            GrammarRepetition(
                start: start,
                minimum: Int32(clamping: minimum),
                maximum: maximum.map { Int32(clamping: $0) },
                isNullable: false,
                run: ByteRun(body)
            )
        )
        return try add(.repetition(index: Int32(truncatingIfNeeded: repetitions.count - 1), next: next))
    }

    /// Alternatives; the literals among them share their beginnings.
    private mutating func build(
        choice parts: [GrammarExpression],
        next: Int32,
        level: Int
    ) throws(GrammarError) -> Int32 {
        var literals: [ArraySlice<UInt8>] = []
        var nodes: [Int32] = []
        for part in parts {
            if case .literal(let bytes) = part {
                literals.append(bytes[...])
            } else {
                nodes.append(try build(part, next: next, level: level + 1))
            }
        }
        literals.sort { $0.lexicographicallyPrecedes($1) }
        return try choose(nodes + (try build(literals: literals[...], next: next, level: level)))
    }

    /// Nodes at which any of the sorted literals may begin.
    private mutating func build(
        literals: ArraySlice<ArraySlice<UInt8>>,
        next: Int32,
        level: Int
    ) throws(GrammarError) -> [Int32] {
        try check(level: level)
        guard literals.count > 1 else {
            guard let only = literals.first else { return [] }
            var node = next
            for byte in only.reversed() { node = try take(ByteSet(byte...byte), next: node) }
            return [node]
        }
        var nodes: [Int32] = []
        var rest = literals
        while let first = rest.first {
            guard let byte = first.first else {
                nodes.append(next)
                rest = rest.drop { $0.isEmpty }
                continue
            }
            let group = rest.prefix { $0.first == byte }
            rest = rest.dropFirst(group.count)
            // What a group has in common is built as one piece, so that recursion goes no deeper than there are forks.
            let common = Self.commonPrefixCount(group)
            let tails = ArraySlice(group.map { $0.dropFirst(common) })
            var node = try choose(build(literals: tails, next: next, level: level + 1))
            for byte in first.prefix(common).reversed() { node = try take(ByteSet(byte...byte), next: node) }
            nodes.append(node)
        }
        return nodes
    }

    /// How many bytes all of the sorted texts begin with in common.
    private static func commonPrefixCount(_ sorted: ArraySlice<ArraySlice<UInt8>>) -> Int {
        guard let first = sorted.first, let last = sorted.last else { return 0 }
        return zip(first, last).prefix { $0 == $1 }.count
    }

    private func check(level: Int) throws(GrammarError) {
        guard level < 400 else {
            throw GrammarError(.limit, "the form is nested too deeply", remedy: "Nest fewer groups in one another")
        }
    }

    /// One node that goes on at any of `nodes`.
    private mutating func choose(_ nodes: [Int32]) throws(GrammarError) -> Int32 {
        if nodes.count == 1 { return nodes[0] }
        let first = Int32(truncatingIfNeeded: targets.count)
        targets += nodes
        return try add(.choice(first: first, count: Int32(truncatingIfNeeded: nodes.count)))
    }

    private mutating func take(_ set: ByteSet, next: Int32) throws(GrammarError) -> Int32 {
        let set = set.intersection(alphabet)
        let index: Int32
        if let known = setIndices[set] {
            index = known
        } else {
            index = Int32(truncatingIfNeeded: sets.count)
            sets.append(set)
            setIndices[set] = index
        }
        let node = GrammarNode.bytes(set: index, next: next)
        if let known = byteNodes[node] { return known }
        let added = try add(node)
        byteNodes[node] = added
        return added
    }

    /// Nodes that take one scalar of a set: for each form of UTF-8 its own, with ends in common.
    private mutating func build(_ scalars: ScalarRanges, next: Int32) throws(GrammarError) -> [Int32] {
        var firsts: [(set: ByteSet, next: Int32)] = []
        for range in scalars.ranges {
            for form in UTF8Ranges.forms(of: range) {
                var node = next
                for bytes in form.dropFirst().reversed() { node = try take(ByteSet(bytes), next: node) }
                let set = ByteSet(form[0])
                if let index = firsts.firstIndex(where: { $0.next == node }) {
                    firsts[index].set.formUnion(set)
                } else {
                    firsts.append((set, node))
                }
            }
        }
        var nodes: [Int32] = []
        for first in firsts { nodes.append(try take(first.set, next: first.next)) }
        return nodes
    }
}
