public import MartletCore

/// Keeps several hypotheses side by side and extends the most likely ones: beam search, and its sampled variant.
///
/// A pure state machine: it takes the running hypotheses' logits and says which hypothesis goes on with which token.
/// Scores and their order follow Hugging Face transformers' `generate` (`num_beams`, `do_sample`, `length_penalty`,
/// `early_stopping=False`): log-probabilities, then the score steps, then for the sampled variant temperature, top-k,
/// top-p, min-p and typical; the running score is added last, and continuations are the best or are drawn without
/// replacement.
/// - SeeAlso: Graves 2012, "Sequence Transduction with Recurrent Neural Networks", arXiv:1211.3711; Kool, van Hoof and
///   Welling 2019, "Stochastic Beams and Where to Find Them", arXiv:1903.06059 (drawing without replacement).
public struct BeamSearch {
    /// A running hypothesis goes on with a token.
    public struct Continuation: Sendable, Hashable {
        /// Index among the hypotheses that the logits were for.
        public var parent: Int
        /// The token that it goes on with.
        public var token: Int32
    }

    /// A hypothesis with its rank.
    public struct Hypothesis: Sendable, Hashable {
        /// Generated tokens; the end-of-generation token is among them.
        public var tokens: [Int32]
        /// Sum of log-probabilities, divided by `length^lengthPenalty` once the hypothesis is finished.
        public var score: Float
    }

    private let options: SamplingOptions.BeamSearch
    private let endTokens: Set<Int32>
    private let prompt: [Int32]
    private let maximumTokenCount: Int
    private let candidateCount: Int
    private var expander: BeamExpander
    private var random: RandomGenerator

    /// Hypotheses that go on, best first; the next step's logits are in this order.
    public private(set) var running: [Hypothesis]
    /// Hypotheses that ended, best first, at most the beam's width.
    public private(set) var finished: [Hypothesis] = []

    /// Starts from a prompt.
    ///
    /// - Parameters:
    ///   - options: Sampling options; `beams` must be set.
    ///   - beams: The beam's setting.
    ///   - prompt: Tokens that penalties and n-gram bans look back on.
    ///   - endTokens: Tokens that end a hypothesis.
    ///   - maximumTokenCount: Generated tokens of a hypothesis at most, at least 1.
    ///   - vocabularyCount: V.
    ///   - breakers: The sequence breakers of DRY, as tokens.
    /// - Throws: ``EngineError/Code/invalidOption`` for an option outside its range.
    public init(
        _ options: SamplingOptions,
        beams: SamplingOptions.BeamSearch,
        prompt: [Int32],
        endTokens: Set<Int32>,
        maximumTokenCount: Int,
        vocabularyCount: Int,
        breakers: [[Int32]] = []
    ) throws(EngineError) {
        precondition(maximumTokenCount > 0)
        try options.check(vocabularyCount: vocabularyCount)
        self.options = beams
        self.endTokens = endTokens
        self.prompt = prompt
        self.maximumTokenCount = maximumTokenCount
        // Enough that `width` of them go on even when every end token comes among each hypothesis's best.
        candidateCount = max(2, 1 + endTokens.count) * beams.width
        expander = BeamExpander(
            options,
            isSampled: beams.isSampled && options.temperature > 0,
            vocabularyCount: vocabularyCount,
            minimumCount: endTokens.count + 1,
            breakers: breakers
        )
        random = RandomGenerator(seed: options.seed ?? UInt64.random(in: .min ... .max))
        running = [Hypothesis(tokens: [], score: 0)]
    }

    /// Takes the running hypotheses' logits and extends the beam by a token.
    ///
    /// - Parameter logits: Gives `[V]` scores for the index of a running hypothesis.
    /// - Returns: The new running hypotheses by their parents, in the order of ``running``; empty when the search is
    ///   over.
    /// - Throws: ``EngineError/Code/invalidScores`` for scores that are NaN, or leave no token in any hypothesis.
    public mutating func advance(
        logits: (Int) -> UnsafeBufferPointer<Float>
    ) throws(EngineError) -> [Continuation] {
        var candidates: [BeamCandidate] = []
        for index in running.indices {
            try expander.expand(
                parent: index,
                score: running[index].score,
                logits: logits(index),
                history: prompt + running[index].tokens,
                limit: candidateCount,
                random: &random,
                into: &candidates
            )
        }
        guard !candidates.isEmpty else {
            throw EngineError(
                .invalidScores,
                "no hypothesis has a token left to choose",
                remedy: "Ban fewer tokens by logitBias or noRepeatNGramSize"
            )
        }
        candidates.sort { $0.key != $1.key ? $0.key > $1.key : ($0.parent, $0.token) < ($1.parent, $1.token) }
        if candidates.count > candidateCount { candidates.removeLast(candidates.count - candidateCount) }

        let length = running[0].tokens.count + 1
        let isLast = length == maximumTokenCount
        retire(candidates.prefix(options.width), length: length, isLast: isLast)
        if isLast { return end() }
        let continuing = candidates.filter { !endTokens.contains($0.token) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : ($0.parent, $0.token) < ($1.parent, $1.token) }
            .prefix(options.width)
        let extended = continuing.map {
            Hypothesis(tokens: running[$0.parent].tokens + [$0.token], score: $0.score)
        }
        guard let best = extended.first, canImprove(best, length: length) else { return end() }
        running = extended
        return continuing.map { Continuation(parent: $0.parent, token: $0.token) }
    }

    /// Moves candidates that end into the finished ones, of which the best stay.
    private mutating func retire(_ candidates: ArraySlice<BeamCandidate>, length: Int, isLast: Bool) {
        let divisor = Float(power(Double(length), Double(options.lengthPenalty)))
        for candidate in candidates where isLast || endTokens.contains(candidate.token) {
            let tokens = running[candidate.parent].tokens + [candidate.token]
            finished.append(Hypothesis(tokens: tokens, score: candidate.score / divisor))
        }
        // Stable: of equal scores the one that finished first stays first.
        let ranked = finished.enumerated()
            .sorted {
                $0.element.score != $1.element.score ? $0.element.score > $1.element.score : $0.offset < $1.offset
            }
        finished = ranked.prefix(options.width).map(\.element)
    }

    /// Whether the best running hypothesis, at its present length, could still enter the finished ones.
    private func canImprove(_ best: Hypothesis, length: Int) -> Bool {
        guard finished.count == options.width, let worst = finished.last else { return true }
        return best.score / Float(power(Double(length), Double(options.lengthPenalty))) > worst.score
    }

    private mutating func end() -> [Continuation] {
        running = []
        return []
    }

    /// The answer: one of the best hypotheses, drawn among `returnedCount` of them.
    ///
    /// - Returns: Generated tokens without the end-of-generation token; those of the best running hypothesis when none
    ///   is finished yet.
    public mutating func answer() -> [Int32] {
        let best = finished.isEmpty ? running : finished
        let choices = best.prefix(options.returnedCount)
        guard !choices.isEmpty else { return [] }
        var tokens = choices[choices.startIndex + Int(random.next() % UInt64(choices.count))].tokens
        if let last = tokens.last, endTokens.contains(last) { tokens.removeLast() }
        return tokens
    }

    /// Whether the answer's hypothesis ended by itself rather than by length.
    public func endsTurn(_ answer: [Int32]) -> Bool {
        finished.contains { $0.tokens.count == answer.count + 1 && $0.tokens.dropLast() == answer[...] }
    }
}
