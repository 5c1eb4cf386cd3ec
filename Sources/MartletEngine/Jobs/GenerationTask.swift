public import MartletCore

/// A generation on its way to the engine's thread.
public struct GenerationTask: EngineRequest {
    let plan: GenerationPlan
    let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    /// Asks for the end of the generation.
    public let cancellation: CancellationFlag
    private let submitted = ContinuousClock.now

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

    /// Who goes first when there is more to do than fits.
    public var priority: GenerationRequest.Priority { plan.priority }

    /// Who the work is charged to.
    public var owner: String? { plan.owner }

    /// Makes the job: beams where asked for, one sequence otherwise.
    public func makeJob(vocabularyCount: Int) -> any EngineJob {
        let writer = AnswerWriter(plan, submitted: submitted, events: events)
        return if let beams = plan.sampling.beams {
            BeamJob(plan, beams: beams, writer: writer, vocabularyCount: vocabularyCount)
        } else {
            GenerationJob(plan, writer: writer, vocabularyCount: vocabularyCount)
        }
    }

    /// Ends the stream with an error.
    public func reject(_ error: any Error) {
        events.finish(throwing: error)
    }
}
