/// A form of text as an automaton over bytes, which reads it from left to right with a stack.
///
/// Immutable. What it takes is bounded when it is made: nodes, sets, and the depth of its stack.
public final class Grammar: Sendable {
    /// Levels of rules within rules at most; of a JSON document, levels of arrays and objects.
    public static let maximumDepth = 96
    /// Nodes at most.
    public static let nodeLimit = 200_000

    let nodes: [GrammarNode]
    /// The targets of choices.
    let targets: [Int32]
    let repetitions: [GrammarRepetition]
    let sets: [ByteSet]
    /// Where a text begins.
    let start: Int32
    /// For each node, how many levels the stack needs on the shortest way to the end of its rule; the depth limit and
    /// more where there is no way.
    let heights: [Int32]
    /// For each node, how many levels a frame that returns to it counts for.
    let weights: [UInt8]
    /// Levels that the stack may have.
    let depthLimit: Int32
    /// For each byte its class; bytes of a class are in the same sets.
    let classOfByte: [UInt8]
    /// A byte of each class.
    let byteOfClass: [UInt8]

    /// Compiles a form.
    ///
    /// - Complexity: O(n) for most; a few milliseconds for a schema of some hundred members.
    /// - Throws: ``GrammarError/Code/leftRecursion``, ``GrammarError/Code/unsatisfiable``, or ``GrammarError/Code/limit``.
    public convenience init(_ source: GrammarSource) throws(GrammarError) {
        try self.init(source, alphabet: .all)
    }

    /// Compiles a form of texts that have bytes of an alphabet only.
    convenience init(_ source: GrammarSource, alphabet: ByteSet) throws(GrammarError) {
        var compiler = GrammarCompiler(source, alphabet: alphabet)
        try compiler.compile()
        try self.init(compiler)
    }

    private init(_ compiler: GrammarCompiler) throws(GrammarError) {
        nodes = compiler.nodes
        targets = compiler.targets
        repetitions = compiler.repetitions
        sets = compiler.sets
        start = compiler.start
        weights = compiler.weights
        depthLimit = compiler.depthLimit
        heights = try compiler.checkedHeights()
        (classOfByte, byteOfClass) = Self.classes(compiler.sets)
    }

    /// Whether `text` as a whole has the form.
    ///
    /// - Complexity: O(bytes), with some microseconds for each place in the form that is met for the first time.
    public func accepts(_ text: some Collection<UInt8>) -> Bool {
        let states = GrammarStates(self)
        return states.ending(of: states.advance(states.start, text)).isAccepting
    }

    /// Parts the bytes into classes that no set tells apart.
    private static func classes(_ sets: [ByteSet]) -> (classOfByte: [UInt8], byteOfClass: [UInt8]) {
        var classOfByte = [UInt8](repeating: 0, count: 256)
        var count = 1
        for set in sets where count < 256 {
            var inside = [Int](repeating: -1, count: count)
            var hasOutside = [Bool](repeating: false, count: count)
            for byte in 0..<256 where !set.contains(UInt8(byte)) { hasOutside[Int(classOfByte[byte])] = true }
            for byte in 0..<256 where set.contains(UInt8(byte)) {
                let old = Int(classOfByte[byte])
                guard hasOutside[old] else { continue }
                if inside[old] < 0 {
                    inside[old] = count
                    count += 1
                }
                classOfByte[byte] = UInt8(truncatingIfNeeded: inside[old])
            }
        }
        var byteOfClass = [UInt8](repeating: 0, count: count)
        for byte in (0..<256).reversed() { byteOfClass[Int(classOfByte[byte])] = UInt8(byte) }
        return (classOfByte, byteOfClass)
    }
}
