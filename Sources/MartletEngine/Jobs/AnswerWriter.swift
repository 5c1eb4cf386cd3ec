internal import MartletCore

/// An answer on its way to whoever asked: its tokens, and the events that they become.
struct AnswerWriter {
    private var pipeline: TextPipeline
    private let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    private let promptTokenCount: Int
    /// When the request was handed over, and when its tokens came.
    var clock: GenerationClock
    /// The answer so far, without the token that ended it.
    private(set) var tokens: [Int32] = []
    /// Tokens of the prompt that were in the cache; nil until that is known.
    var reusedTokenCount: Int?
    /// Turns that were left out of the prompt.
    var droppedTurnCount: Int

    init(
        _ plan: GenerationPlan,
        submitted: ContinuousClock.Instant,
        events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) {
        pipeline = plan.pipeline
        promptTokenCount = plan.prompt.tokens.count
        droppedTurnCount = plan.prompt.droppedTurnCount
        clock = GenerationClock(submitted: submitted)
        self.events = events
    }

    /// Whether a stop string has come, or the last call of a tool that may.
    var isStopped: Bool { pipeline.isStopped }

    /// Reports the scores of the prompt's tokens.
    func report(_ promptScores: [TokenScore]) {
        events.yield(.promptScores(promptScores))
    }

    /// Takes the next token and reports what is certain with it.
    mutating func append(_ token: Int32, score: TokenScore? = nil) {
        tokens.append(token)
        pipeline.append(token, score: score) { [events] in events.yield($0) }
    }

    /// Reports what was held back, and the end.
    ///
    /// An answer that calls tools ends for that reason, unless something cut it.
    mutating func finish(_ reason: FinishReason) {
        pipeline.finish { [events] in events.yield($0) }
        let isWhole = reason == .endOfTurn || reason == .stopString
        let reason = isWhole && pipeline.hasCalls ? .toolCalls : reason
        let usage = Usage(
            promptTokenCount: promptTokenCount,
            reusedTokenCount: reusedTokenCount ?? 0,
            generatedTokenCount: tokens.count,
            thinkingTokenCount: pipeline.thinkingTokenCount
        )
        events.yield(
            .finished(
                GenerationSummary(
                    reason: reason,
                    usage: usage,
                    queueDuration: clock.queueDuration,
                    promptDuration: clock.promptDuration,
                    generationDuration: clock.generationDuration,
                    droppedTurnCount: droppedTurnCount
                )
            )
        )
        events.finish()
    }

    /// Reports a failure.
    func fail(_ error: any Error) {
        events.finish(throwing: error)
    }
}
