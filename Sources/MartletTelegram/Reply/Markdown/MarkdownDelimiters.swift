/// Runs of `*`, `_`, `~` and `|` that wait for their counterparts: CommonMark's delimiter stack.
///
/// - Complexity: O(runs) over all calls of ``match(above:_:)``, because each search stops where an earlier one of its sort failed.
/// - SeeAlso: https://spec.commonmark.org/0.31.2/#phase-2-inline-structure
struct MarkdownDelimiters {
    /// A run of one mark.
    struct Run {
        var node: Int
        var mark: UInt8
        /// How many marks are left.
        var count: Int
        var originalCount: Int
        var canOpen: Bool
        var canClose: Bool
        var previous: Int
        var next: Int
    }

    private(set) var runs: [Run] = []
    private var head = -1
    /// The last run that waits; -1 where none does.
    private(set) var tail = -1

    /// Adds a run behind the others.
    mutating func append(node: Int, mark: UInt8, count: Int, canOpen: Bool, canClose: Bool) {
        let index = runs.count
        runs.append(
            Run(
                node: node,
                mark: mark,
                count: count,
                originalCount: count,
                canOpen: canOpen,
                canClose: canClose,
                previous: tail,
                next: -1
            )
        )
        if tail >= 0 { runs[tail].next = index } else { head = index }
        tail = index
    }

    /// Matches the runs above `bottom` with one another and lets go of them.
    /// - Parameters:
    ///   - bottom: The last run that stays; -1 for none.
    ///   - matched: Called with the opening and the closing run and how many marks of each are used.
    mutating func match(above bottom: Int, _ matched: (_ opener: Int, _ closer: Int, _ count: Int) -> Void) {
        var floors = [Int](repeating: bottom, count: 24)
        var closer = bottom >= 0 ? runs[bottom].next : head
        while closer >= 0 {
            guard runs[closer].canClose else {
                closer = runs[closer].next
                continue
            }
            let sort = sort(of: runs[closer])
            var opener = runs[closer].previous
            while opener > floors[sort], opener > bottom, !isPair(runs[opener], runs[closer]) {
                opener = runs[opener].previous
            }
            guard opener > floors[sort], opener > bottom else {
                let next = runs[closer].next
                floors[sort] = runs[closer].previous
                if !runs[closer].canOpen { remove(closer) }
                closer = next
                continue
            }
            let count = min(runs[opener].count, runs[closer].count) >= 2 ? 2 : 1
            var inner = runs[closer].previous
            while inner != opener {
                let previous = runs[inner].previous
                remove(inner)
                inner = previous
            }
            runs[opener].count -= count
            runs[closer].count -= count
            matched(opener, closer, count)
            if isSpent(runs[opener]) { remove(opener) }
            if isSpent(runs[closer]) {
                let next = runs[closer].next
                remove(closer)
                closer = next
            }
        }
    }

    /// The runs above `bottom` that still wait, the first first.
    func waiting(above bottom: Int) -> [Int] {
        var result: [Int] = []
        var index = tail
        while index > bottom {
            result.append(index)
            index = runs[index].previous
        }
        return result.reversed()
    }

    /// Lets go of the runs above `bottom`; their marks are words.
    mutating func drop(above bottom: Int) {
        tail = bottom
        if bottom >= 0 { runs[bottom].next = -1 } else { head = -1 }
    }

    private func isSpent(_ run: Run) -> Bool { run.count < (isDouble(run) ? 2 : 1) }

    /// Whether the mark means something in pairs only.
    private func isDouble(_ run: Run) -> Bool { run.mark == UInt8(ascii: "~") || run.mark == UInt8(ascii: "|") }

    private func isPair(_ opener: Run, _ closer: Run) -> Bool {
        guard opener.mark == closer.mark, opener.canOpen else { return false }
        if isDouble(opener) { return opener.originalCount == closer.originalCount }
        // "Multiples of three": a run that could be both may not take a part of another run.
        guard opener.canClose || closer.canOpen else { return true }
        return (opener.originalCount + closer.originalCount) % 3 != 0
            || (opener.originalCount % 3 == 0 && closer.originalCount % 3 == 0)
    }

    /// Closing runs of one sort have the same openers.
    private func sort(of run: Run) -> Int {
        let mark =
            switch run.mark {
            case UInt8(ascii: "*"): 0
            case UInt8(ascii: "_"): 1
            case UInt8(ascii: "~"): 2
            default: 3
            }
        // Of tildes and bars only runs of two are kept.
        let length = run.originalCount % 3
        return (mark * 2 + (run.canOpen ? 1 : 0)) * 3 + length
    }

    private mutating func remove(_ index: Int) {
        let (previous, next) = (runs[index].previous, runs[index].next)
        if previous >= 0 { runs[previous].next = next } else { head = next }
        if next >= 0 { runs[next].previous = previous } else { tail = previous }
    }
}
