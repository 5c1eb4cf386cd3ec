public import MartletCore

/// Chooses the next token from the model's scores, step after step.
///
/// The order is logit bias, penalties, DRY, no-repeat n-grams; top-k, typical, top-p, min-p, XTC, temperature; the
/// draw. At temperature 0 the best score wins after the first four, without a draw. All storage is kept from token to
/// token: once the buffers have grown to the vocabulary's size, choosing allocates nothing.
public final class SamplerChain {
    /// How the candidates are taken from the scores when top-k doesn't limit them.
    private enum Gathering {
        /// All of them.
        case all
        /// The first step is top-p: the best ones, more and more of them until they reach its share.
        case share(TopP)
        /// The first step is min-p: those near enough to the best.
        case distance(Float)
        /// No step leaves any out: the draw needs no candidates, only the temperature.
        case direct(temperature: Float)
    }

    private let vocabularyCount: Int
    private var scoreSteps: [any ScoreStep]
    private var candidateSteps: [any CandidateStep]
    let topK: Int
    let isGreedy: Bool
    private let gathering: Gathering
    private var random: RandomGenerator
    private var scores: [Float] = []
    /// Scores in which a constraint's bans are minus infinity.
    var masked: [Float] = []
    private var blockSums: [Float] = []
    var candidates: Candidates

    /// Builds the chain that `options` describe.
    ///
    /// - Parameters:
    ///   - options: What to do at each step; a seed of nil draws one.
    ///   - vocabularyCount: V, the number of scores.
    ///   - breakers: The sequence breakers of DRY, as tokens.
    /// - Throws: ``EngineError/Code/invalidOption`` for an option outside its range.
    public init(_ options: SamplingOptions, vocabularyCount: Int, breakers: [[Int32]] = []) throws(EngineError) {
        try options.check(vocabularyCount: vocabularyCount)
        self.vocabularyCount = vocabularyCount
        scoreSteps = Self.scoreSteps(options, breakers: breakers)
        candidateSteps = Self.candidateSteps(options)
        topK = options.topK
        isGreedy = options.temperature == 0
        gathering = Self.gathering(options)
        random = RandomGenerator(seed: options.seed ?? UInt64.random(in: .min ... .max))
        candidates = Candidates(capacity: 0)
    }

    /// The steps that work on all scores, in order; those at their neutral value are left out.
    package static func scoreSteps(_ options: SamplingOptions, breakers: [[Int32]]) -> [any ScoreStep] {
        var steps: [any ScoreStep] = []
        if !options.logitBias.isEmpty {
            steps.append(LogitBias(options.logitBias.map { (Int($0.key.rawValue), $0.value) }))
        }
        let penalties = options.penalties
        if penalties.window > 0, penalties.repetition != 1 || penalties.frequency != 0 || penalties.presence != 0 {
            steps.append(PenaltiesStep(penalties))
        }
        if options.dry.multiplier > 0 { steps.append(DRYStep(options.dry, breakers: breakers)) }
        if options.noRepeatNGramSize > 0 { steps.append(NoRepeatNGram(size: options.noRepeatNGramSize)) }
        return steps
    }

    /// The steps on candidates after top-k, in order.
    private static func candidateSteps(_ options: SamplingOptions) -> [any CandidateStep] {
        var steps: [any CandidateStep] = []
        if options.typicalP < 1 { steps.append(Typical(share: options.typicalP)) }
        if options.topP < 1 { steps.append(TopP(share: options.topP)) }
        if options.minP > 0 { steps.append(MinP(fraction: options.minP)) }
        if options.xtc.probability > 0 {
            steps.append(XTC(probability: options.xtc.probability, threshold: options.xtc.threshold))
        }
        if options.temperature != 1, options.temperature > 0 {
            steps.append(Temperature(divisor: options.temperature))
        }
        return steps
    }

    /// How candidates are best taken for the first of the steps on them.
    private static func gathering(_ options: SamplingOptions) -> Gathering {
        guard options.typicalP >= 1 else { return .all }
        if options.topP < 1 { return .share(TopP(share: options.topP)) }
        if options.minP > 0 { return .distance(logarithm(options.minP)) }
        return options.xtc.probability > 0 ? .all : .direct(temperature: options.temperature)
    }

    /// Chooses a token.
    ///
    /// - Parameters:
    ///   - logits: The model's scores, `[V]`.
    ///   - history: The tokens so far, prompt included, the latest last.
    /// - Returns: The chosen token; of equal best scores at temperature 0, the lowest one.
    /// - Throws: ``EngineError/Code/invalidScores`` when a score is NaN or every token is banned.
    public func sample(
        from logits: UnsafeBufferPointer<Float>,
        history: ArraySlice<Int32>
    ) throws(EngineError) -> TokenID {
        var constraint: ActiveConstraint?
        return try sample(from: logits, history: history, constraint: &constraint)
    }

    /// Chooses a token among those that a constraint allows.
    ///
    /// The distribution is the one of scores in which all other tokens are banned before the candidates are taken; but
    /// only where the likely tokens won't do is the whole vocabulary looked through.
    /// - Throws: ``EngineError/Code/invalidScores`` when a score is NaN or every token is banned;
    ///   ``EngineError/Code/deadEnd`` when the constraint leaves none.
    package func sample(
        from logits: UnsafeBufferPointer<Float>,
        history: ArraySlice<Int32>,
        constraint: inout ActiveConstraint?
    ) throws(EngineError) -> TokenID {
        precondition(logits.count == vocabularyCount)
        guard !scoreSteps.isEmpty else { return try choose(logits, &constraint) }
        scores.removeAll(keepingCapacity: true)
        scores.append(contentsOf: logits)
        return try scores.withUnsafeMutableBufferPointer { edited throws(EngineError) in
            for index in scoreSteps.indices { scoreSteps[index].apply(to: edited, history: history) }
            return try choose(UnsafeBufferPointer(edited), &constraint)
        }
    }

    private func choose(
        _ scores: UnsafeBufferPointer<Float>,
        _ constraint: inout ActiveConstraint?
    ) throws(EngineError) -> TokenID {
        let best = try Self.best(scores)
        if var active = constraint.take() {
            defer { constraint = active }
            return try chooseAllowed(scores, best: best, &active)
        }
        if isGreedy { return TokenID(Int32(truncatingIfNeeded: best)) }
        return pick(scores, best: scores[best])
    }

    /// Draws from scores whose best is finite.
    func pick(_ scores: UnsafeBufferPointer<Float>, best: Float) -> TokenID {
        var firstStep = 0
        if topK > 0 {
            candidates.gather(best: topK, of: scores)
        } else {
            switch gathering {
            case .all: candidates.gather(scores)
            case .distance(let distance): candidates.gather(from: best + distance, of: scores)
            case .share(let step): firstStep = gather(step, of: scores, best: best) ? 1 : 0
            case .direct(let temperature):
                let index = ScoreScan.draw(
                    scores,
                    highest: best,
                    divisor: temperature,
                    unit: random.nextUnit(),
                    blockSums: &blockSums
                )
                return TokenID(Int32(truncatingIfNeeded: index))
            }
        }
        return finish(firstStep: firstStep)
    }

    /// Runs the steps on the candidates, from the given one on, and draws.
    func finish(firstStep: Int) -> TokenID {
        for index in candidateSteps.indices.dropFirst(firstStep) {
            candidateSteps[index].apply(to: &candidates, random: &random)
        }
        return draw()
    }

    /// Takes the best candidates that reach the step's share of all tokens, without sorting or weighing the others.
    ///
    /// - Returns: Whether they are few; otherwise all tokens are candidates, and the step is still to be done.
    private func gather(_ step: TopP, of scores: UnsafeBufferPointer<Float>, best: Float) -> Bool {
        let total = ScoreScan.exponentialSum(scores, highest: best, blockSums: &blockSums)
        candidates.gather(best: 64, of: scores)
        _ = candidates.weigh()
        if step.cut(&candidates, total: total) { return true }
        // The classes' bound is reached by all that the step keeps, and few others.
        if let bound = ScoreScan.bound(ofShare: step.share, of: scores, highest: best, total: total) {
            candidates.gather(from: bound, of: scores)
            _ = candidates.weigh()
            if step.cut(&candidates, total: total, sortingBelow: bound + ScoreScan.classWidth) { return true }
        }
        candidates.gather(scores)
        return false
    }

    /// The index of the best score, once the scores are known to be usable.
    package static func best(_ scores: UnsafeBufferPointer<Float>) throws(EngineError) -> Int {
        guard let best = ScoreScan.best(scores) else {
            throw EngineError(
                .invalidScores,
                "the model's scores are not numbers (NaN)",
                remedy:
                    "The model file is damaged or was converted wrongly: fetch it again, or try MARTLET_KERNELS=reference"
            )
        }
        guard best.score.isFinite else {
            throw EngineError(
                .invalidScores,
                best.score < 0 ? "no token is left to choose" : "the model's scores are infinite",
                remedy: best.score < 0
                    ? "Ban fewer tokens by logitBias or noRepeatNGramSize"
                    : "The model file is damaged or was converted wrongly: fetch it again"
            )
        }
        return best.index
    }

    /// Draws one of the candidates by their probabilities.
    private func draw() -> TokenID {
        var remaining = random.nextUnit() * candidates.weigh()
        for candidate in candidates.storage {
            remaining -= Double(candidate.weight)
            if remaining < 0 { return TokenID(candidate.token) }
        }
        // Rounding can leave a trace after the last candidate: the draw belongs to the last one that is possible.
        let possible = candidates.storage.last { $0.weight > 0 } ?? candidates.storage[0]
        return TokenID(possible.token)
    }
}
