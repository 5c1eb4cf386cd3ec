internal import MartletCore

/// One answer, token by token.
final class GenerationJob: EngineJob {
    private let plan: GenerationPlan
    private let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    private let vocabularyCount: Int
    private var sampler: SamplerChain?
    private var pipeline: TextPipeline
    private var sequence: SequenceID?
    private var answer: [Int32] = []
    private var clock = GenerationClock()
    private var reusedCount: Int?
    private var droppedTurnCount: Int

    init(
        _ plan: GenerationPlan,
        events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation,
        vocabularyCount: Int
    ) {
        self.plan = plan
        self.events = events
        self.vocabularyCount = vocabularyCount
        pipeline = plan.pipeline
        droppedTurnCount = plan.prompt.droppedTurnCount
    }

    var deadline: ContinuousClock.Instant? { plan.deadline }

    func owns(_ sequence: SequenceID) -> Bool { sequence == self.sequence }

    func willCompute(at now: ContinuousClock.Instant) { clock.start(at: now) }

    func begin(_ scheduler: inout Scheduler) throws {
        sampler = try SamplerChain(plan.sampling, vocabularyCount: vocabularyCount, breakers: plan.breakers)
        try submit(plan.prompt.tokens, &scheduler)
    }

    private func submit(_ tokens: [Int32], _ scheduler: inout Scheduler) throws {
        try checkTokens(tokens)
        let wanted = plan.maximumTokenCount.map { $0 - answer.count } ?? plan.contextLength
        let (end, overflow) = tokens.count.addingReportingOverflow(max(wanted, 0))
        let length = min(plan.contextLength, overflow ? plan.contextLength : end)
        sequence = try scheduler.submit(tokens: tokens, maximumLength: max(length, tokens.count))
    }

    private func checkTokens(_ tokens: [Int32]) throws {
        try EngineError.check(tokens, vocabularyCount: vocabularyCount, contextLength: plan.contextLength)
    }

    func advance(_ outputs: [StepOutput], _ scheduler: inout Scheduler) throws -> Bool {
        guard let output = outputs.last, let id = sequence, let current = scheduler[id], let sampler else {
            return false
        }
        if reusedCount == nil { reusedCount = current.reusedCount }
        if plan.maximumTokenCount == 0 { return end(.length, &scheduler) }
        let token = try sampler.sample(
            from: output.last(vocabularyCount: vocabularyCount),
            history: current.tokens[...]
        ).rawValue
        clock.tick()
        if plan.endTokens.contains(token) { return end(.endOfTurn, &scheduler) }
        answer.append(token)
        pipeline.append(token) { events.yield($0) }
        if pipeline.isStopped { return end(.stopString, &scheduler) }
        if answer.count == plan.maximumTokenCount { return end(.length, &scheduler) }
        if current.tokens.count < plan.contextLength {
            scheduler.append(token, to: id)
            return true
        }
        return try slide(&scheduler)
    }

    /// Goes on with a shorter prompt when the context is full.
    private func slide(_ scheduler: inout Scheduler) throws -> Bool {
        guard let shorter = try plan.continuation?(answer) else { return end(.length, &scheduler) }
        if let sequence { scheduler.finish(sequence, reason: .length) }
        sequence = nil
        droppedTurnCount = max(droppedTurnCount, shorter.droppedTurnCount)
        try submit(shorter.tokens, &scheduler)
        return true
    }

    private func end(_ reason: FinishReason, _ scheduler: inout Scheduler) -> Bool {
        stop(reason, &scheduler)
        return false
    }

    func stop(_ reason: FinishReason, _ scheduler: inout Scheduler) {
        if let sequence { scheduler.finish(sequence, reason: reason) }
        pipeline.finish { events.yield($0) }
        let usage = Usage(
            promptTokenCount: plan.prompt.tokens.count,
            reusedTokenCount: reusedCount ?? 0,
            generatedTokenCount: answer.count
        )
        events.yield(
            .finished(
                GenerationSummary(
                    reason: reason,
                    usage: usage,
                    promptDuration: clock.promptDuration,
                    generationDuration: clock.generationDuration,
                    droppedTurnCount: droppedTurnCount
                )
            )
        )
        events.finish()
    }

    func fail(_ error: any Error, _ scheduler: inout Scheduler) {
        if let sequence { scheduler.finish(sequence, reason: .cancelled, keepsContent: false) }
        events.finish(throwing: error)
    }
}

extension EngineError {
    /// Refuses a prompt that is empty, too long, or not made of the vocabulary's tokens.
    static func check(_ tokens: [Int32], vocabularyCount: Int, contextLength: Int) throws(EngineError) {
        guard !tokens.isEmpty else {
            throw EngineError(.emptyInput, "the input comes to no tokens", remedy: "Give a text that isn't empty")
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
            remedy: "The model file's vocabulary and weights don't fit each other: fetch or convert it again"
        )
    }
}
