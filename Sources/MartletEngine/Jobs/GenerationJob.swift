internal import MartletCore

/// One answer, token by token.
final class GenerationJob: EngineJob {
    private let plan: GenerationPlan
    private let vocabularyCount: Int
    private var sampler: SamplerChain?
    private var constraint: ActiveConstraint?
    private var scorer: TokenScorer?
    /// The scores of the prompt's tokens, until they are reported.
    private var promptScores: PromptScores?
    private var speculator: Speculator?
    private var writer: AnswerWriter
    private var sequence: SequenceID?

    init(_ plan: GenerationPlan, writer: AnswerWriter, vocabularyCount: Int) {
        self.plan = plan
        self.writer = writer
        self.vocabularyCount = vocabularyCount
    }

    var deadline: ContinuousClock.Instant? { plan.deadline }

    var generatedTokenCount: Int { writer.tokens.count }

    func willCompute(at now: ContinuousClock.Instant) { writer.clock.start(at: now) }

    func begin(_ scheduler: inout Scheduler) throws {
        sampler = try SamplerChain(plan.sampling, vocabularyCount: vocabularyCount, breakers: plan.breakers)
        constraint = plan.constraint.map {
            ActiveConstraint($0, endTokens: plan.endTokens, vocabularyCount: vocabularyCount)
        }
        scorer = plan.scores.map { TokenScorer($0) }
        if plan.speculates, plan.maximumTokenCount != 0 {
            speculator = Speculator()
            speculator?.read(plan.prompt.tokens)
        }
        try submit(plan.prompt.tokens, wish: plan.promptScores, &scheduler)
    }

    private func submit(_ tokens: [Int32], wish: TokenScorer.Wish? = nil, _ scheduler: inout Scheduler) throws {
        try EngineError.check(tokens, vocabularyCount: vocabularyCount, contextLength: plan.contextLength)
        let wanted = plan.maximumTokenCount.map { $0 - writer.tokens.count } ?? plan.contextLength
        let (end, overflow) = tokens.count.addingReportingOverflow(max(wanted, 0))
        let length = min(plan.contextLength, overflow ? plan.contextLength : end)
        promptScores = wish.map { PromptScores(tokens, $0) }
        sequence = try scheduler.submit(
            tokens: tokens,
            maximumLength: max(length, tokens.count),
            wantsAllLogits: wish != nil
        )
    }

    func advance(_ outputs: [StepOutput], _ scheduler: inout Scheduler) throws -> Bool {
        guard let output = outputs.last, let id = sequence, let current = scheduler[id] else { return false }
        if writer.reusedTokenCount == nil { writer.reusedTokenCount = current.reusedCount }
        if try !scorePrompt(outputs) { return true }
        if plan.maximumTokenCount == 0 { return end(.length, &scheduler) }
        if constraint?.isComplete == true { return end(.endOfTurn, &scheduler) }
        // Behind the row of the sequence's own latest token come those of guessed ones.
        for row in (output.positions.count - 1 - current.draftCount)..<output.positions.count {
            guard let history = scheduler[id]?.tokens[...],
                let token = try choose(output.row(row, vocabularyCount: vocabularyCount), history: history)
            else { return end(.endOfTurn, &scheduler) }
            if writer.isStopped { return end(.stopString, &scheduler) }
            if writer.tokens.count == plan.maximumTokenCount { return end(.length, &scheduler) }
            if constraint?.isComplete == true { return end(.endOfTurn, &scheduler) }
            if history.count == plan.contextLength { return try slide(&scheduler) }
            if !scheduler.append(token, to: id) { break }
        }
        offerDraft(length: scheduler[id]?.tokens.count ?? 0, &scheduler)
        return true
    }

    /// Offers the tokens that come next by the look of the text, within the answer's limits and its form.
    ///
    /// Every row is chosen from as if there were no guesses, with the same history and the same random numbers; a guess
    /// that is chosen saves a step, and one that isn't changes nothing (Leviathan et al. 2023, arXiv:2211.17192: the
    /// acceptance rule for a draft that is certain of its token, with the draw itself as the test).
    private func offerDraft(length: Int, _ scheduler: inout Scheduler) {
        guard let speculator, let id = sequence else { return }
        let left = plan.maximumTokenCount.map { $0 - writer.tokens.count } ?? .max
        var offer = speculator.offer(limit: min(left - 1, plan.contextLength - length))
        var form = constraint
        let possible = offer.tokens.prefix { token in
            guard !plan.endTokens.contains(token) else { return false }
            guard form != nil else { return true }
            guard form?.allows(token) == true, form?.isComplete == false else { return false }
            form?.accept(token)
            return true
        }
        offer.truncate(to: possible.count)
        scheduler.offer(offer, for: id)
    }

    /// Takes the prompt's rows where its scores are asked for.
    ///
    /// - Returns: Whether the prompt is through.
    private func scorePrompt(_ outputs: [StepOutput]) throws -> Bool {
        guard promptScores != nil else { return true }
        for output in outputs { try promptScores?.append(output, vocabularyCount: vocabularyCount) }
        guard let whole = promptScores?.whole else { return false }
        writer.report(whole)
        promptScores = nil
        return true
    }

    /// Chooses the next token and writes it.
    ///
    /// - Returns: nil when the token ends the answer.
    private func choose(_ logits: UnsafeBufferPointer<Float>, history: ArraySlice<Int32>) throws -> Int32? {
        guard let sampler else { return nil }
        let token = try sampler.sample(from: logits, history: history, constraint: &constraint).rawValue
        writer.clock.tick()
        if plan.endTokens.contains(token) { return nil }
        constraint?.accept(token)
        speculator?.append(token)
        writer.append(token, score: try scorer?.score(token, logits))
        return token
    }

    /// Goes on with a shorter prompt when the context is full.
    private func slide(_ scheduler: inout Scheduler) throws -> Bool {
        guard let shorter = try plan.continuation?(writer.tokens) else { return end(.length, &scheduler) }
        if let sequence { scheduler.finish(sequence, reason: .length) }
        sequence = nil
        writer.droppedTurnCount = max(writer.droppedTurnCount, shorter.droppedTurnCount)
        try submit(shorter.tokens, &scheduler)
        return true
    }

    private func end(_ reason: FinishReason, _ scheduler: inout Scheduler) -> Bool {
        stop(reason, &scheduler)
        return false
    }

    func stop(_ reason: FinishReason, _ scheduler: inout Scheduler) {
        if let sequence { scheduler.finish(sequence, reason: reason) }
        writer.finish(reason)
    }

    func fail(_ error: any Error, _ scheduler: inout Scheduler) {
        if let sequence { scheduler.finish(sequence, reason: .cancelled, keepsContent: false) }
        writer.fail(error)
    }
}

extension EngineError {
    /// Refuses a prompt that is empty, too long, or not made of the vocabulary's tokens.
    static func check(_ tokens: [Int32], vocabularyCount: Int, contextLength: Int) throws(EngineError) {
        guard !tokens.isEmpty else {
            throw EngineError(
                .emptyInput,
                "the input comes to no tokens",
                remedy: "Give a text that isn't empty",
                parameter: "prompt"
            )
        }
        guard tokens.count <= contextLength else {
            throw EngineError(
                .contextTooSmall,
                "the input comes to \(tokens.count) tokens and the context holds \(contextLength)",
                remedy: "Shorten the input, or load the model with a longer context"
            )
        }
        guard let wrong = tokens.first(where: { $0 < 0 || Int($0) >= vocabularyCount }) else { return }
        throw EngineError(
            .invalidToken,
            "token \(wrong) lies outside the model's vocabulary of \(vocabularyCount)",
            remedy: "The model file's vocabulary and weights don't fit each other: fetch or convert it again",
            parameter: "prompt"
        )
    }
}
