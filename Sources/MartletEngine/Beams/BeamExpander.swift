internal import MartletCore

/// A possible continuation of a hypothesis.
struct BeamCandidate {
    /// Index of the hypothesis.
    var parent: Int
    /// The token that it would go on with.
    var token: Int32
    /// Its score with this token.
    var score: Float
    /// What candidates are ranked by: the score, plus noise when continuations are drawn.
    var key: Float
}

/// Turns a hypothesis's logits into its possible continuations.
struct BeamExpander {
    private var scoreSteps: [any ScoreStep]
    private var candidateSteps: [any CandidateStep] = []
    private let isSampled: Bool
    private let topK: Int
    private let temperature: Float
    private var scores: [Float] = []
    private var candidates: Candidates

    /// Takes checked options.
    ///
    /// - Parameter minimumCount: Tokens that the filters leave at least.
    init(
        _ options: SamplingOptions,
        isSampled: Bool,
        vocabularyCount: Int,
        minimumCount: Int,
        breakers: [[Int32]]
    ) {
        self.isSampled = isSampled
        scoreSteps = SamplerChain.scoreSteps(options, breakers: breakers)
        topK = options.topK > 0 ? max(options.topK, minimumCount) : 0
        temperature = options.temperature
        if isSampled {
            if options.topP < 1 { candidateSteps.append(TopP(share: options.topP, minimumCount: minimumCount)) }
            if options.minP > 0 { candidateSteps.append(MinP(fraction: options.minP, minimumCount: minimumCount)) }
            if options.typicalP < 1 {
                candidateSteps.append(Typical(share: options.typicalP, minimumCount: minimumCount))
            }
        }
        scores.reserveCapacity(vocabularyCount)
        candidates = Candidates(capacity: 0)
    }

    /// Adds a hypothesis's continuations to `result`: its `limit` best ones, or all that may be drawn.
    mutating func expand(
        parent: Int,
        score: Float,
        logits: UnsafeBufferPointer<Float>,
        history: [Int32],
        limit: Int,
        random: inout RandomGenerator,
        into result: inout [BeamCandidate]
    ) throws(EngineError) {
        let best = logits[try SamplerChain.best(logits)]
        var sum = 0.0
        for logit in logits { sum += Double(exponential(logit - best)) }
        let shift = best + Float(logarithm(sum))
        scores.removeAll(keepingCapacity: true)
        for logit in logits { scores.append(logit - shift) }
        scores.withUnsafeMutableBufferPointer { edited in
            for index in scoreSteps.indices { scoreSteps[index].apply(to: edited, history: history[...]) }
            let edited = UnsafeBufferPointer(edited)
            let kept = isSampled ? topK : limit
            if kept > 0 { candidates.gather(best: kept, of: edited) } else { candidates.gather(edited) }
        }
        guard candidates.count > 0 else { return }
        if isSampled {
            candidates.withStorage(keepsOrder: true) { [temperature] all in
                for index in all.indices { all[index].logit /= temperature }
            }
            for index in candidateSteps.indices { candidateSteps[index].apply(to: &candidates, random: &random) }
        }
        for candidate in candidates.storage {
            let total = score + candidate.logit
            // The largest keys under Gumbel noise are a draw without replacement by probability.
            let noise = isSampled ? -logarithm(-logarithm(max(random.nextUnit(), 0x1p-53))) : 0
            result.append(
                BeamCandidate(parent: parent, token: candidate.token, score: total, key: total + Float(noise))
            )
        }
    }
}
