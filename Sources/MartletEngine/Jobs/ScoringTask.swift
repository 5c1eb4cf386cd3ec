internal import MartletCore

/// A text to be scored, on its way to the engine's thread.
struct ScoringTask: EngineRequest {
    let tokens: [Int32]
    let contextLength: Int
    let result: CheckedContinuation<[Float], any Error>
    let cancellation: CancellationFlag

    func makeJob(vocabularyCount: Int) -> any EngineJob { ScoringJob(self, vocabularyCount: vocabularyCount) }

    func reject(_ error: any Error) { result.resume(throwing: error) }
}

/// The negative log-likelihood of each token of a text after the first.
private final class ScoringJob: EngineJob {
    private let task: ScoringTask
    private let vocabularyCount: Int
    private var sequence: SequenceID?
    private var scores: [Float] = []

    init(_ task: ScoringTask, vocabularyCount: Int) {
        self.task = task
        self.vocabularyCount = vocabularyCount
    }

    var deadline: ContinuousClock.Instant? { nil }

    func willCompute(at now: ContinuousClock.Instant) {}

    func begin(_ scheduler: inout Scheduler) throws {
        try EngineError.check(task.tokens, vocabularyCount: vocabularyCount, contextLength: task.contextLength)
        sequence = try scheduler.submit(
            tokens: task.tokens,
            maximumLength: task.tokens.count,
            wantsAllLogits: true
        )
    }

    func advance(_ outputs: [StepOutput], _ scheduler: inout Scheduler) throws -> Bool {
        for output in outputs {
            for (row, position) in output.positions.enumerated() where position + 1 < task.tokens.count {
                let logits = output.row(row, vocabularyCount: vocabularyCount)
                let best = logits[try SamplerChain.best(logits)]
                let sum = ScoreScan.logSumOfExponentials(logits, highest: best)
                scores.append(sum - logits[Int(task.tokens[position + 1])])
            }
        }
        guard let id = sequence, outputs.contains(where: { $0.positions.upperBound == task.tokens.count }) else {
            return true
        }
        scheduler.finish(id, reason: .length, keepsContent: false)
        task.result.resume(returning: scores)
        return false
    }

    func stop(_ reason: FinishReason, _ scheduler: inout Scheduler) {
        fail(CancellationError(), &scheduler)
    }

    func fail(_ error: any Error, _ scheduler: inout Scheduler) {
        if let sequence { scheduler.finish(sequence, reason: .cancelled, keepsContent: false) }
        task.result.resume(throwing: error)
    }
}
