package import MartletCore

/// Makes tokens of the recent text less likely: once for being there, and again for each time.
///
/// - SeeAlso: Keskar et al. 2019, "CTRL", arXiv:1909.05858 (repetition); `frequency_penalty` and `presence_penalty`
///   of OpenAI's API.
package struct PenaltiesStep: ScoreStep {
    private let options: SamplingOptions.Penalties
    private var recent: [Int32] = []

    /// Takes checked options.
    package init(_ options: SamplingOptions.Penalties) {
        self.options = options
        recent.reserveCapacity(options.window)
    }

    package mutating func apply(to scores: UnsafeMutableBufferPointer<Float>, history: ArraySlice<Int32>) {
        recent.removeAll(keepingCapacity: true)
        recent.append(contentsOf: history.suffix(options.window))
        recent.sort()
        var index = 0
        while index < recent.count {
            let token = recent[index]
            let start = index
            while index < recent.count, recent[index] == token { index += 1 }
            guard token >= 0, Int(token) < scores.count else { continue }
            var score = scores[Int(token)]
            score = score > 0 ? score / options.repetition : score * options.repetition
            score -= Float(index - start) * options.frequency + options.presence
            scores[Int(token)] = score
        }
    }
}
