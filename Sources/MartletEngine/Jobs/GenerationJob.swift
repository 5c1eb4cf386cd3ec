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
        guard let token = try choose(output.last(vocabularyCount: vocabularyCount), history: current.tokens[...]) else {
            return end(.endOfTurn, &scheduler)
        }
        if writer.isStopped { return end(.stopString, &scheduler) }
        if writer.tokens.count == plan.maximumTokenCount { return end(.length, &scheduler) }
        if constraint?.isComplete == true { return end(.endOfTurn, &scheduler) }
        if current.tokens.count < plan.contextLength {
            scheduler.append(token, to: id)
            return true
        }
        return try slide(&scheduler)
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
