internal import MartletCore

/// Computes the beginning of texts to come, so that it is in the cache, and on disk where prompts are kept there.
struct PrecomputationTask: EngineRequest {
    let prompt: [Int32]
    let contextLength: Int
    let result: CheckedContinuation<Void, any Error>
    let cancellation: CancellationFlag

    var snapshots: SnapshotUse? { SnapshotUse(prompt: prompt, keepsAnswer: false, isShared: true) }

    func makeJob(vocabularyCount: Int) -> any EngineJob {
        PrecomputationJob(self, vocabularyCount: vocabularyCount)
    }

    func reject(_ error: any Error) {
        result.resume(throwing: error)
    }
}

/// The task on the engine's thread.
private final class PrecomputationJob: EngineJob {
    private let task: PrecomputationTask
    private let vocabularyCount: Int
    private var sequence: SequenceID?

    init(_ task: PrecomputationTask, vocabularyCount: Int) {
        self.task = task
        self.vocabularyCount = vocabularyCount
    }

    var deadline: ContinuousClock.Instant? { nil }

    func begin(_ scheduler: inout Scheduler) throws {
        try EngineError.check(task.prompt, vocabularyCount: vocabularyCount, contextLength: task.contextLength)
        sequence = try scheduler.submit(tokens: task.prompt, maximumLength: task.prompt.count)
    }

    func advance(_ outputs: [StepOutput], _ scheduler: inout Scheduler) throws -> Bool {
        if let sequence { scheduler.finish(sequence, reason: .length) }
        task.result.resume()
        return false
    }

    func stop(_ reason: FinishReason, _ scheduler: inout Scheduler) {
        fail(CancellationError(), &scheduler)
    }

    func fail(_ error: any Error, _ scheduler: inout Scheduler) {
        if let sequence { scheduler.finish(sequence, reason: .cancelled, keepsContent: !(error is EngineError)) }
        task.result.resume(throwing: error)
    }

    func willCompute(at now: ContinuousClock.Instant) {}
}
