/// What ``GrammarStates`` keeps under its lock.
struct GrammarStateTable {
    /// A node that takes a byte, or `end` for the end of the text, with the stack above which it lies.
    struct Place: Hashable {
        var node: Int32
        var stack: Int32
    }

    /// A frame of a stack: where to go on, how often a repetition has begun, and what lies below.
    private struct Frame: Hashable {
        var node: Int32
        var count: Int32
        var parent: Int32
        /// Levels that it counts for.
        var weight: UInt8
    }

    /// A state with whole stacks, innermost frame first.
    struct Portable: Sendable {
        fileprivate var places: [(node: Int32, frames: [(node: Int32, count: Int32, weight: UInt8)])] = []
        fileprivate var run = Run()
    }

    /// How far a state can run: any so many bytes of a repetition's run lead to a state that isn't dead.
    struct Run: Hashable {
        var repetition: Int32 = -1
        var length: Int32 = 0
    }

    let grammar: Grammar
    private var frames = [Frame(node: -1, count: 0, parent: -1, weight: 0)]
    /// Levels of each stack.
    private var depths: [Int32] = [0]
    private var frameIndices: [Frame: Int32] = [:]
    /// Each state's places, sorted.
    private var states: [[Place]] = [[]]
    private(set) var runs = [Run()]
    private var stateIndices: [[Place]: Int32] = [[]: 0]
    /// For each state and class of bytes the next state; -1 where it hasn't been needed yet.
    private var transitions: [Int32]
    /// For each repetition the classes of bytes that it can run over.
    private let runMasks: [UInt32]
    private var masks = MaskCache()
    private(set) var start: Int32 = 0

    // Storage of one closure, kept for the next.
    private var open: [Place] = []
    private var seen: Set<Place> = []
    private var found: [Place] = []
    private var fresh: Set<Int32> = []
    private var bestRun = Run()
    /// Places that may still be visited before this is too much work.
    private var budget = Self.stepBudget
    /// Whether the form is so ambiguous that following it took too much; nothing is allowed from then on.
    private(set) var isExhausted = false

    private static let stateLimit = 4096
    /// One walk may go beyond the limit, but no further than this: what it would find then isn't allowed.
    private static let hardStateLimit = 1 << 15
    private static let frameLimit = 1 << 16
    private static let placeLimit = 4096
    /// Places that one token, or one mask, may visit: some tenths of a second.
    private static let stepBudget = 2_000_000

    init(_ grammar: Grammar) {
        self.grammar = grammar
        runMasks = grammar.repetitions.map { VocabularyByteClasses.mask(of: $0.run) }
        transitions = Array(repeating: 0, count: grammar.byteOfClass.count)
        beginClosure()
        visit(grammar.start, 0)
        start = endClosure()
    }

    var isFull: Bool { states.count >= Self.stateLimit || frames.count >= Self.frameLimit }

    func isAccepting(_ state: Int32) -> Bool { states[Int(state)].first?.node == GrammarCompiler.end }

    func isOver(_ state: Int32) -> Bool { states[Int(state)].allSatisfy { $0.node == GrammarCompiler.end } }

    /// The state after a byte.
    @inline(__always)
    mutating func advance(_ state: Int32, _ byte: UInt8) -> Int32 {
        let byteClass = Int(grammar.classOfByte[Int(byte)])
        let known = transitions[Int(state) * grammar.byteOfClass.count + byteClass]
        return known >= 0 ? known : discover(state, byteClass)
    }

    private mutating func discover(_ state: Int32, _ byteClass: Int) -> Int32 {
        guard budget > 0 else {
            isExhausted = true
            return GrammarStates.dead
        }
        let byte = grammar.byteOfClass[byteClass]
        beginClosure()
        for place in states[Int(state)] {
            guard case .bytes(let set, let next) = grammar.nodes[Int(place.node)],
                grammar.sets[Int(set)].contains(byte)
            else { continue }
            visit(next, place.stack)
        }
        let next = endClosure()
        transitions[Int(state) * grammar.byteOfClass.count + byteClass] = next
        return next
    }

    // MARK: Closures

    private mutating func beginClosure() {
        open.removeAll(keepingCapacity: true)
        seen.removeAll(keepingCapacity: true)
        found.removeAll(keepingCapacity: true)
        fresh.removeAll(keepingCapacity: true)
        bestRun = Run()
    }

    /// Takes note of a node to look at, where its rule can still end within the levels that there are.
    private mutating func visit(_ node: Int32, _ stack: Int32) {
        guard depths[Int(stack)] + grammar.heights[Int(node)] <= grammar.depthLimit else { return }
        guard seen.count < Self.placeLimit * 4, found.count < Self.placeLimit else {
            isExhausted = true
            return
        }
        let place = Place(node: node, stack: stack)
        if seen.insert(place).inserted { open.append(place) }
    }

    /// Follows everything that takes no byte, and returns the state of what is reached.
    private mutating func endClosure() -> Int32 {
        while let place = open.popLast() {
            switch grammar.nodes[Int(place.node)] {
            case .bytes: found.append(place)
            case .choice(let first, let count):
                for target in grammar.targets[Int(first)..<Int(first + count)] { visit(target, place.stack) }
            case .call(let start, let next):
                // What a rule ends with needs no frame to come back to.
                let stack =
                    next == GrammarCompiler.end
                    ? place.stack : push(next, 0, place.stack, weight: grammar.weights[Int(place.node)])
                visit(start, stack)
            case .repetition:
                repeatBody(place.node, count: 0, place.stack)
            case .end:
                if place.stack == 0 { found.append(place) } else { pop(place.stack) }
            }
        }
        budget -= seen.count
        found.sort { ($0.node, $0.stack) < ($1.node, $1.stack) }
        return intern(found, bestRun)
    }

    /// Takes the innermost frame away and goes on where it says; a rule that a repetition follows resumes it likewise.
    private mutating func pop(_ stack: Int32) {
        let frame = frames[Int(stack)]
        guard case .repetition(let index, _) = grammar.nodes[Int(frame.node)] else {
            visit(frame.node, frame.parent)
            return
        }
        // An empty body that began right here adds nothing: its repetition could have gone on without it.
        if grammar.repetitions[Int(index)].isNullable, fresh.contains(stack) { return }
        repeatBody(frame.node, count: frame.count, frame.parent)
    }

    /// Goes on with a repetition of which `count` bodies have come: with one more, and with what follows.
    private mutating func repeatBody(_ node: Int32, count: Int32, _ stack: Int32) {
        guard case .repetition(let index, let next) = grammar.nodes[Int(node)] else { return }
        let repetition = grammar.repetitions[Int(index)]
        if count >= repetition.minimum { visit(next, stack) }
        if let maximum = repetition.maximum, count >= maximum { return }
        // Without an end, there is no need to count beyond the minimum.
        let counted = repetition.maximum == nil ? min(count + 1, repetition.minimum) : count + 1
        let inside = push(node, counted, stack, weight: grammar.weights[Int(node)])
        if repetition.isNullable { fresh.insert(inside) }
        guard depths[Int(inside)] + grammar.heights[Int(repetition.start)] <= grammar.depthLimit else { return }
        visit(repetition.start, inside)
        let length = repetition.maximum.map { $0 - count } ?? .max
        if length > bestRun.length, runMasks[Int(index)] != 0 { bestRun = Run(repetition: index, length: length) }
    }

    private mutating func push(_ node: Int32, _ count: Int32, _ parent: Int32, weight: UInt8) -> Int32 {
        let frame = Frame(node: node, count: count, parent: parent, weight: weight)
        if let known = frameIndices[frame] { return known }
        let index = Int32(truncatingIfNeeded: frames.count)
        frames.append(frame)
        depths.append(depths[Int(parent)] + Int32(weight))
        frameIndices[frame] = index
        return index
    }

    private mutating func intern(_ places: [Place], _ run: Run) -> Int32 {
        if let known = stateIndices[places] { return known }
        guard states.count < Self.hardStateLimit else {
            isExhausted = true
            return GrammarStates.dead
        }
        let index = Int32(truncatingIfNeeded: states.count)
        states.append(places)
        runs.append(run)
        stateIndices[places] = index
        transitions.append(contentsOf: repeatElement(-1, count: grammar.byteOfClass.count))
        return index
    }

    /// Allows for the work of another token or mask.
    mutating func renewBudget() { budget = Self.stepBudget }

    // MARK: Masks

    /// The tokens that may come in a state, a bit each.
    ///
    /// Walks the vocabulary's trie and the automaton together. Where everything below a node is what the state can run
    /// over, as nearly all is inside a string, it is taken at once.
    /// - Complexity: O(trie nodes that are entered); nothing for a state whose mask is cached.
    mutating func mask(_ state: Int32, _ vocabulary: GrammarVocabulary) -> [UInt64] {
        if let known = masks.find(state) { return known }
        renewBudget()
        var words = [UInt64](repeating: 0, count: (vocabulary.tokenCount + 63) / 64)
        var path = [Int32](repeating: state, count: vocabulary.longestByteCount + 1)
        let trie = vocabulary.trie
        var index = 1
        while index < trie.count {
            let node = trie[index]
            let depth = Int(node.depth)
            let next = advance(path[depth - 1], node.byte)
            if next == GrammarStates.dead {
                index = Int(node.end)
                continue
            }
            let run = runs[Int(next)]
            let isWhole =
                run.length >= Int32(node.heightBelow)
                && (node.classesBelow == 0
                    || run.repetition >= 0 && node.classesBelow & ~runMasks[Int(run.repetition)] == 0)
            let end = isWhole ? Int(node.end) : index + 1
            let last = end < trie.count ? trie[end].firstToken : Int32(truncatingIfNeeded: vocabulary.tokens.count)
            for place in Int(node.firstToken)..<Int(last) {
                let token = Int(vocabulary.tokens[place])
                words[token >> 6] |= 1 << (UInt64(token) & 63)
            }
            path[depth] = next
            index = end
        }
        if isExhausted { return [UInt64](repeating: 0, count: words.count) }
        masks.insert(words, for: state)
        return words
    }

    // MARK: Moving

    func export(_ state: Int32) -> Portable {
        var portable = Portable()
        portable.run = runs[Int(state)]
        for place in states[Int(state)] {
            var stack = place.stack
            var outward: [(node: Int32, count: Int32, weight: UInt8)] = []
            while stack != 0 {
                let frame = frames[Int(stack)]
                outward.append((frame.node, frame.count, frame.weight))
                stack = frame.parent
            }
            portable.places.append((place.node, outward))
        }
        return portable
    }

    mutating func `import`(_ portable: Portable) -> Int32 {
        var places: [Place] = []
        for (node, outward) in portable.places {
            var stack: Int32 = 0
            for frame in outward.reversed() { stack = push(frame.node, frame.count, stack, weight: frame.weight) }
            places.append(Place(node: node, stack: stack))
        }
        places.sort { ($0.node, $0.stack) < ($1.node, $1.stack) }
        return intern(places, portable.run)
    }
}
