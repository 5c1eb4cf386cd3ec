public import MartletCore

/// A request's input as tokens, fitted into the context.
public struct PreparedPrompt: Sendable, Hashable {
    /// What the model sees.
    public var tokens: [Int32]
    /// Turns that were left out.
    public var droppedTurnCount: Int
    /// Whether the answer begins inside the model's thinking, because the template opens it.
    public var startsThinking: Bool
    /// Whether the answer is a turn of its own rather than the continuation of a text.
    public var beginsTurn: Bool

    /// Makes a prompt.
    public init(
        tokens: [Int32],
        droppedTurnCount: Int = 0,
        startsThinking: Bool = false,
        beginsTurn: Bool = false
    ) {
        self.tokens = tokens
        self.droppedTurnCount = droppedTurnCount
        self.startsThinking = startsThinking
        self.beginsTurn = beginsTurn
    }
}

/// Everything that a generation needs on the engine's thread.
public struct GenerationPlan: Sendable {
    /// The first prompt.
    public var prompt: PreparedPrompt
    /// How tokens are chosen.
    public var sampling: SamplingOptions
    /// The sequence breakers of DRY, as tokens.
    public var breakers: [[Int32]] = []
    /// Tokens that end the answer.
    public var endTokens: Set<Int32> = []
    /// Tokens of the answer at most; nil goes on to the end of the context.
    public var maximumTokenCount: Int?
    /// When the answer ends, keeping what was said.
    public var deadline: ContinuousClock.Instant?
    /// Tokens that prompt and answer come to together at most.
    public var contextLength: Int
    /// Turns tokens into events.
    public var pipeline: TextPipeline
    /// Makes room when the context is full: a shorter prompt that ends with the answer so far, or nil when there is
    /// none.
    public var continuation: (@Sendable (_ answer: [Int32]) throws -> PreparedPrompt?)?

    /// Makes a plan; see the properties.
    public init(prompt: PreparedPrompt, sampling: SamplingOptions, contextLength: Int, pipeline: TextPipeline) {
        self.prompt = prompt
        self.sampling = sampling
        self.contextLength = contextLength
        self.pipeline = pipeline
    }
}

/// A generation on its way to the engine's thread.
public struct GenerationTask: EngineRequest {
    let plan: GenerationPlan
    let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    /// Asks for the end of the generation.
    public let cancellation: CancellationFlag

    /// Makes a task that reports to `events`.
    public init(
        _ plan: GenerationPlan,
        events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation,
        cancellation: CancellationFlag
    ) {
        self.plan = plan
        self.events = events
        self.cancellation = cancellation
    }

    /// Makes the job: beams where asked for, one sequence otherwise.
    public func makeJob(vocabularyCount: Int) -> any EngineJob {
        if let beams = plan.sampling.beams {
            BeamJob(plan, beams: beams, events: events, vocabularyCount: vocabularyCount)
        } else {
            GenerationJob(plan, events: events, vocabularyCount: vocabularyCount)
        }
    }

    /// Ends the stream with an error.
    public func reject(_ error: any Error) {
        events.finish(throwing: error)
    }
}
