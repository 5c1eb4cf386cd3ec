/// Keeps the tokens whose surprise is nearest to the expected one, until their probabilities reach a share.
///
/// - SeeAlso: Meister et al. 2022, "Locally Typical Sampling", arXiv:2202.00666.
package struct Typical: CandidateStep {
    private let share: Double
    private let minimumCount: Int
    private var ranked: [Rank] = []

    private struct Rank {
        var distance: Float
        var candidate: Candidate

        @inline(__always)
        func precedes(_ other: Rank) -> Bool {
            distance < other.distance || (distance == other.distance && candidate.token < other.candidate.token)
        }
    }

    /// Takes the share of probability to keep, in `0..<1`, and how many candidates are kept at least.
    package init(share: Float, minimumCount: Int = 1) {
        self.share = Double(share)
        self.minimumCount = minimumCount
    }

    /// - Complexity: O(n + m * log(m)) on average for m kept of n candidates.
    package mutating func apply(to candidates: inout Candidates, random: inout RandomGenerator) {
        let highest = candidates.highestLogit
        let sum = candidates.weigh()
        let logSum = Float(logarithm(sum))
        // Surprise: -log p = log(sum) - (logit - highest); entropy is its mean.
        var entropy = 0.0
        for candidate in candidates.storage where candidate.weight > 0 {
            entropy += Double(candidate.weight) / sum * Double(logSum - (candidate.logit - highest))
        }
        ranked.removeAll(keepingCapacity: true)
        for candidate in candidates.storage {
            let surprise = logSum - (candidate.logit - highest)
            ranked.append(Rank(distance: abs(surprise - Float(entropy)), candidate: candidate))
        }
        let (target, minimumCount) = (share * sum, minimumCount)
        let kept = ranked.withUnsafeMutableBufferPointer {
            Self.count(in: $0, target: target, minimumCount: minimumCount)
        }
        let keptRanks = ranked[..<kept]
        candidates.replace { storage in
            for rank in keptRanks { storage.append(rank.candidate) }
        }
    }

    /// Orders as much of `all` as is needed, and says how many reach the target.
    private static func count(
        in all: UnsafeMutableBufferPointer<Rank>,
        target: Double,
        minimumCount: Int
    ) -> Int {
        var sum = 0.0
        var kept = 0
        var sorted = 0
        while kept < all.count {
            if kept == sorted {
                let end = min(all.count, max(64, 4 * sorted))
                if end < all.count { partition(all, sorted..<all.count, nth: end) { $0.precedes($1) } }
                var piece = UnsafeMutableBufferPointer(rebasing: all[sorted..<end])
                piece.sort { $0.precedes($1) }
                sorted = end
            }
            sum += Double(all[kept].candidate.weight)
            kept += 1
            if sum >= target, kept >= minimumCount { break }
        }
        return kept
    }
}
