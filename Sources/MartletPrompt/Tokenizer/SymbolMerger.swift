/// Says whether two neighbouring symbols may become one, and how soon.
protocol MergeRule {
    /// The merge of `left` and `right`: lower keys come first, and `UInt32.max` is never a key.
    func merge(_ left: SymbolMerger.Symbol, _ right: SymbolMerger.Symbol) -> (key: UInt32, token: Int32)?
}

/// Merges neighbouring symbols, lowest key first and leftmost among equals, until no rule applies.
///
/// Both kinds of BPE are this algorithm with another key. Scratch memory is kept from one text to the next.
/// - Complexity: O(n log n) in the number of symbols; short texts are searched without a heap.
struct SymbolMerger {
    /// A stretch of text that is, or may become, a token.
    struct Symbol {
        /// The token, or -1 for a stretch that has none.
        var token: Int32
        /// Where the stretch begins, in bytes.
        var start: Int32
        /// Where the stretch ends, in bytes.
        var end: Int32
        /// The symbol before, or -1.
        fileprivate var previous: Int32 = -1
        /// The symbol after, or -1.
        fileprivate var next: Int32 = -1
        /// Key of the merge with the symbol after, or `UInt32.max`.
        fileprivate var key: UInt32 = .max
        /// What that merge makes.
        fileprivate var merged: Int32 = -1

        init(token: Int32, start: Int32, end: Int32) {
            self.token = token
            self.start = start
            self.end = end
        }
    }

    private static let shortCount = 24

    private var symbols: [Symbol] = []
    private var heap: [UInt64] = []

    /// Forgets the last text.
    mutating func reset() {
        symbols.removeAll(keepingCapacity: true)
    }

    /// Adds a symbol at the end of the text.
    mutating func append(_ symbol: Symbol) {
        symbols.append(symbol)
    }

    /// Merges all that `rule` allows.
    mutating func run(_ rule: some MergeRule) {
        let count = symbols.count
        guard count > 1 else { return }
        for index in 0..<count {
            symbols[index].previous = Int32(truncatingIfNeeded: index - 1)
            symbols[index].next = index + 1 < count ? Int32(truncatingIfNeeded: index + 1) : -1
        }
        heap.removeAll(keepingCapacity: true)
        let usesHeap = count > Self.shortCount
        for index in 0..<(count - 1) {
            findMerge(at: index, rule, usesHeap: usesHeap)
        }
        if usesHeap {
            while let entry = popLeast() {
                let index = Int(entry & 0xFFFF_FFFF)
                // A stale entry has a key that its symbol no longer has; equal keys are interchangeable.
                guard symbols[index].key == UInt32(truncatingIfNeeded: entry >> 32) else { continue }
                apply(at: index, rule, usesHeap: true)
            }
        } else {
            while true {
                var best = UInt32.max
                var bestIndex = -1
                var index = 0
                while index >= 0 {
                    if symbols[index].key < best {
                        best = symbols[index].key
                        bestIndex = index
                    }
                    index = Int(symbols[index].next)
                }
                guard bestIndex >= 0 else { break }
                apply(at: bestIndex, rule, usesHeap: false)
            }
        }
    }

    /// Calls `body` with each symbol that is left, in order.
    func forEach(_ body: (Symbol) -> Void) {
        guard !symbols.isEmpty else { return }
        if symbols.count == 1 { return body(symbols[0]) }
        var index = 0
        while index >= 0 {
            body(symbols[index])
            index = Int(symbols[index].next)
        }
    }

    private mutating func findMerge(at index: Int, _ rule: some MergeRule, usesHeap: Bool) {
        let next = Int(symbols[index].next)
        guard next >= 0, let merge = rule.merge(symbols[index], symbols[next]) else {
            symbols[index].key = .max
            return
        }
        symbols[index].key = merge.key
        symbols[index].merged = merge.token
        if usesHeap { push(UInt64(merge.key) << 32 | UInt64(index)) }
    }

    private mutating func apply(at index: Int, _ rule: some MergeRule, usesHeap: Bool) {
        let right = Int(symbols[index].next)
        symbols[index].token = symbols[index].merged
        symbols[index].end = symbols[right].end
        symbols[index].next = symbols[right].next
        symbols[right].key = .max
        if symbols[right].next >= 0 {
            symbols[Int(symbols[right].next)].previous = Int32(truncatingIfNeeded: index)
        }
        findMerge(at: index, rule, usesHeap: usesHeap)
        if symbols[index].previous >= 0 {
            findMerge(at: Int(symbols[index].previous), rule, usesHeap: usesHeap)
        }
    }

    private mutating func push(_ entry: UInt64) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent] <= entry { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = entry
    }

    private mutating func popLeast() -> UInt64? {
        guard let least = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return least }
        var parent = 0
        while true {
            var child = parent * 2 + 1
            if child >= heap.count { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            if heap[child] >= last { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = last
        return least
    }
}
