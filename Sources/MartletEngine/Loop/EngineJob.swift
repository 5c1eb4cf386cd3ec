public import MartletCore

/// What came of one step for one sequence.
public struct StepOutput {
    /// Whose.
    public let sequence: SequenceID
    /// Positions of the rows with logits.
    public let positions: Range<Int>
    /// `[positions, V]`, valid until the next step.
    public let logits: UnsafeBufferPointer<Float>

    /// The scores of the row at `index`, counted from the first of `positions`.
    public func row(_ index: Int, vocabularyCount: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: logits[(index * vocabularyCount)..<((index + 1) * vocabularyCount)])
    }

    /// The scores of the last row.
    public func last(vocabularyCount: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(rebasing: logits[(logits.count - vocabularyCount)...])
    }
}

/// Work for the engine's thread, as it is handed over.
public protocol EngineRequest: Sendable {
    /// Asks for the end of the work.
    var cancellation: CancellationFlag { get }
    /// Who goes first when there is more to do than fits.
    var priority: GenerationRequest.Priority { get }
    /// Who the work is charged to; nil is somebody of its own.
    var owner: String? { get }

    /// What the work wants of prompts on disk; nil is nothing.
    var snapshots: SnapshotUse? { get }

    /// Makes the job; called on the engine's thread.
    func makeJob(vocabularyCount: Int) -> any EngineJob

    /// Tells whoever asked that there will be no job.
    func reject(_ error: any Error)
}

/// Work on the engine's thread: its sequences, and what to do with their logits.
///
/// Confined to that thread.
public protocol EngineJob: AnyObject {
    /// When the job ends by itself, keeping what it has.
    var deadline: ContinuousClock.Instant? { get }

    /// Submits the job's first sequence.
    func begin(_ scheduler: inout Scheduler) throws

    /// Takes a step's results of the job's sequences, and says what they go on with.
    ///
    /// - Returns: Whether the job goes on.
    func advance(_ outputs: [StepOutput], _ scheduler: inout Scheduler) throws -> Bool

    /// Retires all sequences and reports the end for a reason that came from outside.
    func stop(_ reason: FinishReason, _ scheduler: inout Scheduler)

    /// Retires all sequences and reports a failure.
    func fail(_ error: any Error, _ scheduler: inout Scheduler)

    /// Takes note that a step with rows of the job begins.
    func willCompute(at now: ContinuousClock.Instant)

    /// Tokens of the answer so far, for metrics; read after each call of the others.
    var generatedTokenCount: Int { get }
}

extension EngineRequest {
    /// Neither before others nor after them.
    public var priority: GenerationRequest.Priority { .normal }
    /// Somebody of its own.
    public var owner: String? { nil }
    /// Nothing.
    public var snapshots: SnapshotUse? { nil }
}

extension EngineJob {
    /// None.
    public var generatedTokenCount: Int { 0 }
}
