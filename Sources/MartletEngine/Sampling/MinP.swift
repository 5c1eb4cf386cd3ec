/// Keeps the tokens that are at least a given fraction as likely as the most likely one.
///
/// Needs no probabilities: p / p_max = exp(logit - logit_max).
/// - SeeAlso: Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling", arXiv:2407.01082.
package struct MinP: CandidateStep {
    private let distance: Float
    private let minimumCount: Int

    /// Takes the fraction, in `0...1`, above 0, and how many candidates are kept at least.
    package init(fraction: Float, minimumCount: Int = 1) {
        distance = logarithm(fraction)
        self.minimumCount = minimumCount
    }

    package func apply(to candidates: inout Candidates, random: inout RandomGenerator) {
        let bound = candidates.highestLogit + distance
        if candidates.sortedCount == candidates.count {
            var kept = candidates.count
            while kept > minimumCount, candidates.storage[kept - 1].logit < bound { kept -= 1 }
            candidates.truncate(to: kept)
        } else {
            if minimumCount > 1 { candidates.sort(first: minimumCount) }
            var seen = 0
            let spared = minimumCount > 1 ? minimumCount : 0
            candidates.filter { candidate in
                seen += 1
                return candidate.logit >= bound || seen <= spared
            }
        }
    }
}
