/// "Exclude top choices": now and then drops every token above a threshold but the least likely of them.
///
/// - SeeAlso: p-e-w 2024, "Exclude Top Choices (XTC): A sampler that boosts creativity",
///   https://github.com/oobabooga/text-generation-webui/pull/6335.
package struct XTC: CandidateStep {
    private let probability: Double
    private let threshold: Double

    /// Takes the chance that the step runs and the probability from which a token counts as a top choice.
    package init(probability: Float, threshold: Float) {
        self.probability = Double(probability)
        self.threshold = Double(threshold)
    }

    package func apply(to candidates: inout Candidates, random: inout RandomGenerator) {
        // The draw comes first, so that the sequence of random numbers doesn't depend on the scores.
        guard random.nextUnit() < probability else { return }
        let bound = threshold * candidates.weigh()
        var topCount = 0
        while topCount < candidates.count {
            if topCount >= candidates.sortedCount { candidates.sort(first: max(16, 4 * topCount)) }
            guard Double(candidates.storage[topCount].weight) >= bound else { break }
            topCount += 1
        }
        if topCount > 1 { candidates.dropFirst(topCount - 1) }
    }
}
