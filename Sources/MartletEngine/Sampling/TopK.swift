/// Keeps the k most likely tokens.
///
/// - SeeAlso: Fan et al. 2018, "Hierarchical Neural Story Generation", arXiv:1805.04833.
package struct TopK: CandidateStep {
    /// How many are kept, at least 1.
    package let limit: Int

    /// Takes how many are kept, at least 1.
    package init(limit: Int) {
        self.limit = limit
    }

    package func apply(to candidates: inout Candidates, random: inout RandomGenerator) {
        candidates.sort(first: limit)
        candidates.truncate(to: limit)
    }
}
