internal import MartletCore

/// How long a prompt and an answer of given lengths took.
public struct EngineMeasurement: Sendable, Hashable {
    /// Tokens of the prompt.
    public var promptTokenCount: Int
    /// Tokens generated after it.
    public var generatedTokenCount: Int
    /// From the start of the prompt's computation to its scores.
    public var promptDuration: Duration
    /// From handing the request over to the first token.
    public var timeToFirstToken: Duration
    /// From the first token's choice to the last one's computation.
    public var generationDuration: Duration

    /// Prompt tokens in a second.
    public var promptTokensPerSecond: Double { Double(promptTokenCount) / promptDuration.seconds }
    /// Generated tokens in a second.
    public var generatedTokensPerSecond: Double { Double(generatedTokenCount) / generationDuration.seconds }
}

extension Duration {
    /// The duration in seconds.
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// A measurement on its way to the engine's thread.
struct MeasurementTask: EngineRequest {
    let prompt: [Int32]
    let generatedTokenCount: Int
    let result: CheckedContinuation<EngineMeasurement, any Error>
    let cancellation: CancellationFlag
    let submitted = ContinuousClock.now

    func makeJob(vocabularyCount: Int) -> any EngineJob { MeasurementJob(self, vocabularyCount: vocabularyCount) }

    func reject(_ error: any Error) { result.resume(throwing: error) }
}

/// A prompt and as many greedy tokens as asked for, whatever they are; nothing is reused and nothing kept.
private final class MeasurementJob: EngineJob {
    private let task: MeasurementTask
    private let vocabularyCount: Int
    private var sequence: SequenceID?
    private var start: ContinuousClock.Instant?
    private var promptEnd: ContinuousClock.Instant?
    private var firstToken: ContinuousClock.Instant?
    private var generatedCount = 0

    init(_ task: MeasurementTask, vocabularyCount: Int) {
        self.task = task
        self.vocabularyCount = vocabularyCount
    }

    var deadline: ContinuousClock.Instant? { nil }

    func willCompute(at now: ContinuousClock.Instant) {
        if start == nil { start = now }
    }

    func begin(_ scheduler: inout Scheduler) throws {
        sequence = try scheduler.submit(
            tokens: task.prompt,
            maximumLength: task.prompt.count + task.generatedTokenCount
        )
    }

    func advance(_ outputs: [StepOutput], _ scheduler: inout Scheduler) throws -> Bool {
        guard let output = outputs.last, let id = sequence, let start else { return false }
        let now = ContinuousClock.now
        if promptEnd == nil { promptEnd = now } else { generatedCount += 1 }
        if generatedCount < task.generatedTokenCount {
            let token = try SamplerChain.best(output.last(vocabularyCount: vocabularyCount))
            if firstToken == nil { firstToken = .now }
            scheduler.append(Int32(truncatingIfNeeded: token), to: id)
            return true
        }
        scheduler.finish(id, reason: .length, keepsContent: false)
        let promptEnd = promptEnd ?? now
        task.result.resume(
            returning: EngineMeasurement(
                promptTokenCount: task.prompt.count,
                generatedTokenCount: generatedCount,
                promptDuration: promptEnd - start,
                timeToFirstToken: (firstToken ?? promptEnd) - task.submitted,
                generationDuration: now - promptEnd
            )
        )
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
