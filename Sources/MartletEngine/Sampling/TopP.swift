/// Keeps the smallest set of most likely tokens whose probabilities reach a share (nucleus sampling).
///
/// - SeeAlso: Holtzman et al. 2019, "The Curious Case of Neural Text Degeneration", arXiv:1904.09751.
package struct TopP: CandidateStep {
    let share: Double
    private let minimumCount: Int

    /// Takes the share of probability to keep, in `0..<1`, and how many candidates are kept at least.
    package init(share: Float, minimumCount: Int = 1) {
        self.share = Double(share)
        self.minimumCount = minimumCount
    }

    package func apply(to candidates: inout Candidates, random: inout RandomGenerator) {
        let total = candidates.weigh()
        cut(&candidates, total: total)
    }

    /// Cuts weighed candidates, which are the best of all.
    ///
    /// - Parameter total: The weights of all tokens, those that are no candidates included.
    /// - Returns: Whether the share was reached; all candidates stay when it wasn't.
    @discardableResult
    package func cut(_ candidates: inout Candidates, total: Double) -> Bool {
        let target = share * total
        var isReached = false
        var sum = 0.0
        var kept = 0
        while kept < candidates.count {
            if kept >= candidates.sortedCount { candidates.sort(first: max(64, 4 * kept)) }
            sum += Double(candidates.storage[kept].weight)
            kept += 1
            if sum >= target, kept >= minimumCount {
                isReached = true
                break
            }
        }
        candidates.truncate(to: kept)
        return isReached
    }

    /// Cuts weighed candidates, of which those above `bound` are kept without being sorted.
    ///
    /// - Returns: Whether the share was reached; all candidates stay when it wasn't.
    func cut(_ candidates: inout Candidates, total: Double, sortingBelow bound: Float) -> Bool {
        let target = share * total
        return candidates.withTail(below: bound) { sum, tail in
            var kept = 0
            while kept < tail.count, sum < target || kept == 0 {
                sum += Double(tail[kept].weight)
                kept += 1
            }
            return sum >= target ? kept : nil
        }
    }
}
