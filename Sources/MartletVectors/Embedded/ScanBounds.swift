/// The vectors that can be among the `count` with the greatest scores, known by bounds only.
///
/// A score that is certainly at least that of `count` vectors is the threshold: who can't reach it is out.
struct ScanBounds: Sendable {
    private let count: Int
    /// The greatest lower bounds, as a heap with the least first.
    private var lowest: [Float] = []
    private var candidates: [Scanner.Candidate] = []
    private var sweepCount: Int
    /// What an upper bound must reach.
    private(set) var threshold = -Float.infinity

    init(count: Int) {
        precondition(count > 0)
        self.count = count
        sweepCount = 4 * count + 1024
    }

    /// Takes a candidate whose score is at least `lower`.
    mutating func insert(_ candidate: Scanner.Candidate, atLeast lower: Float) {
        candidates.append(candidate)
        raise(lower)
        if candidates.count >= sweepCount {
            sweep()
            sweepCount = 2 * candidates.count + 4 * count + 1024
        }
    }

    /// Takes what another worker has found.
    mutating func merge(_ other: ScanBounds) {
        for lower in other.lowest { raise(lower) }
        candidates += other.candidates
    }

    /// What can be among the greatest, the greatest bound first.
    consuming func finish() -> [Scanner.Candidate] {
        sweep()
        return candidates.sorted { ($0.bound, $1.slot) > ($1.bound, $0.slot) }
    }

    private mutating func sweep() {
        let threshold = threshold
        candidates.removeAll { $0.bound < threshold }
    }

    private mutating func raise(_ lower: Float) {
        if lowest.count < count {
            lowest.append(lower)
            var child = lowest.count - 1
            while child > 0, lowest[child] < lowest[(child - 1) / 2] {
                lowest.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if lower > lowest[0] {
            lowest[0] = lower
            var parent = 0
            while true {
                var least = parent
                for child in [2 * parent + 1, 2 * parent + 2] where child < count && lowest[child] < lowest[least] {
                    least = child
                }
                if least == parent { break }
                lowest.swapAt(least, parent)
                parent = least
            }
        }
        if lowest.count == count { threshold = lowest[0] }
    }
}
