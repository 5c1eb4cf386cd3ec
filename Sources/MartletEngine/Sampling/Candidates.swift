/// A token that may still be chosen.
public struct Candidate: Sendable, Hashable {
    /// The token's index.
    public var token: Int32
    /// The token's score, not normalised.
    public var logit: Float
    /// A number that a step works with: mostly the token's probability among the candidates.
    public var weight: Float

    /// Makes a candidate.
    public init(token: Int32, logit: Float, weight: Float = 0) {
        self.token = token
        self.logit = logit
        self.weight = weight
    }

    /// Whether this one comes before `other` when the best come first; equal scores go by the lower token.
    @inline(__always)
    package func isBetter(than other: Candidate) -> Bool {
        logit > other.logit || (logit == other.logit && token < other.token)
    }
}

/// The tokens that may still be chosen, in storage that is reused from token to token.
///
/// Some steps need the best candidates in order, but on a whole vocabulary only the first few hundred of them:
/// ``sort(first:)`` orders a prefix and leaves the rest as it is.
public struct Candidates {
    /// The candidates; the first ``sortedCount`` of them are the best of all, in order.
    public private(set) var storage: [Candidate] = []
    /// How many at the front are in their final order.
    public private(set) var sortedCount = 0

    /// Makes an empty set with room for a vocabulary.
    public init(capacity: Int) {
        storage.reserveCapacity(capacity)
    }

    /// How many candidates are left.
    public var count: Int { storage.count }

    /// Takes every token whose score is above minus infinity.
    package mutating func gather(_ scores: UnsafeBufferPointer<Float>) {
        storage.removeAll(keepingCapacity: true)
        sortedCount = 0
        for index in 0..<scores.count where scores[index] > -.infinity {
            storage.append(Candidate(token: Int32(truncatingIfNeeded: index), logit: scores[index]))
        }
    }

    /// Takes the `limit` best tokens, in order.
    ///
    /// One pass over the scores: blocks without a score above the worst one held so far are skipped whole.
    /// - Complexity: O(V + limit * log(V) * log(limit)) for scores in random order.
    package mutating func gather(best limit: Int, of scores: UnsafeBufferPointer<Float>) {
        precondition(limit > 0)
        guard limit < scores.count else {
            gather(scores)
            sort(first: storage.count)
            return
        }
        storage.removeAll(keepingCapacity: true)
        var index = 0
        while index < scores.count, storage.count < limit {
            if scores[index] > -.infinity {
                storage.append(Candidate(token: Int32(truncatingIfNeeded: index), logit: scores[index]))
            }
            index += 1
        }
        if storage.count == limit {
            storage.withUnsafeMutableBufferPointer { heap in
                makeHeap(heap)
                ScoreScan.forEach(in: scores, from: index, above: heap[0].logit) { found, score in
                    heap[0] = Candidate(token: Int32(truncatingIfNeeded: found), logit: score)
                    siftDown(heap, from: 0)
                    return heap[0].logit
                }
            }
        }
        sortedCount = 0
        sort(first: storage.count)
    }

    /// Takes every token whose score is `bound` or above.
    ///
    /// - Complexity: O(V) with vector comparisons, when few tokens are taken.
    package mutating func gather(from bound: Float, of scores: UnsafeBufferPointer<Float>) {
        storage.removeAll(keepingCapacity: true)
        sortedCount = 0
        // Above the next lower number is the bound or above.
        let below = max(bound.nextDown, -.infinity)
        ScoreScan.forEach(in: scores, from: 0, above: below) { index, score in
            storage.append(Candidate(token: Int32(truncatingIfNeeded: index), logit: score))
            return below
        }
    }

    /// Puts the best `wanted` candidates in order at the front.
    ///
    /// - Complexity: O(n + wanted * log(wanted)) on average.
    public mutating func sort(first wanted: Int) {
        let end = min(wanted, storage.count)
        guard end > sortedCount else { return }
        let start = sortedCount
        storage.withUnsafeMutableBufferPointer { all in
            if end < all.count { partition(all, start..<all.count, nth: end) { $0.isBetter(than: $1) } }
            var prefix = UnsafeMutableBufferPointer(rebasing: all[start..<end])
            prefix.sort { $0.isBetter(than: $1) }
        }
        sortedCount = end
    }

    /// Keeps the first `limit` candidates only.
    public mutating func truncate(to limit: Int) {
        guard limit < storage.count else { return }
        storage.removeLast(storage.count - limit)
        sortedCount = min(sortedCount, limit)
    }

    /// Leaves out the first `excess` candidates.
    public mutating func dropFirst(_ excess: Int) {
        storage.removeFirst(excess)
        sortedCount = max(0, sortedCount - excess)
    }

    /// Keeps candidates that `isKept` accepts, in their order.
    package mutating func filter(_ isKept: (Candidate) -> Bool) {
        var kept = 0
        var keptSorted = 0
        for index in 0..<storage.count where isKept(storage[index]) {
            storage[kept] = storage[index]
            kept += 1
            if index < sortedCount { keptSorted = kept }
        }
        storage.removeLast(storage.count - kept)
        sortedCount = keptSorted
    }

    /// Lets a step work on the candidates in place.
    ///
    /// - Parameter keepsOrder: Whether the step leaves the order by score as it is.
    package mutating func withStorage<Result>(
        keepsOrder: Bool,
        _ body: (UnsafeMutableBufferPointer<Candidate>) -> Result
    ) -> Result {
        if !keepsOrder { sortedCount = 0 }
        return storage.withUnsafeMutableBufferPointer { body($0) }
    }

    /// Orders the candidates below a bound, best first, behind all others, and cuts them.
    ///
    /// - Parameter body: Takes the weights' sum of those at the bound or above, and the others in order; says how many of
    ///   these stay, or nil for leaving all.
    /// - Returns: Whether they were cut.
    /// - Complexity: O(n + m * log(m)) for m candidates below the bound.
    mutating func withTail(
        below bound: Float,
        _ body: (inout Double, UnsafeMutableBufferPointer<Candidate>) -> Int?
    ) -> Bool {
        var sum = 0.0
        var headCount = 0
        let kept = withStorage(keepsOrder: false) { all -> Int? in
            for index in all.indices where all[index].logit >= bound {
                sum += Double(all[index].weight)
                all.swapAt(index, headCount)
                headCount += 1
            }
            var tail = UnsafeMutableBufferPointer(rebasing: all[headCount...])
            tail.sort { $0.isBetter(than: $1) }
            return body(&sum, tail)
        }
        guard let kept else { return false }
        truncate(to: headCount + kept)
        return true
    }

    /// Takes other candidates instead, in no order.
    package mutating func replace(_ body: (inout [Candidate]) -> Void) {
        storage.removeAll(keepingCapacity: true)
        sortedCount = 0
        body(&storage)
    }

    /// The highest score; minus infinity when no candidate is left.
    public var highestLogit: Float {
        if sortedCount > 0 { return storage[0].logit }
        var best = -Float.infinity
        for candidate in storage where candidate.logit > best { best = candidate.logit }
        return best
    }

    /// Writes every candidate's `exp(logit - highest)` to its weight.
    ///
    /// - Returns: The sum of the weights, which turns them into probabilities.
    package mutating func weigh() -> Double {
        let highest = highestLogit
        return withStorage(keepsOrder: true) { all in
            var sum = 0.0
            for index in 0..<all.count {
                let weight = exponential(all[index].logit - highest)
                all[index].weight = weight
                sum += Double(weight)
            }
            return sum
        }
    }
}
