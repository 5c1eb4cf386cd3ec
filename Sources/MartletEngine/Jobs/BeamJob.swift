internal import MartletCore

/// One answer by beam search: several sequences that share their blocks; the text comes at the end.
final class BeamJob: EngineJob {
    private let plan: GenerationPlan
    private let beams: SamplingOptions.BeamSearch
    private let vocabularyCount: Int
    private var search: BeamSearch?
    /// The running hypotheses' sequences, in the search's order.
    private var sequences: [SequenceID] = []
    private var writer: AnswerWriter

    init(
        _ plan: GenerationPlan,
        beams: SamplingOptions.BeamSearch,
        writer: AnswerWriter,
        vocabularyCount: Int
    ) {
        self.plan = plan
        self.beams = beams
        self.writer = writer
        self.vocabularyCount = vocabularyCount
    }

    var deadline: ContinuousClock.Instant? { plan.deadline }

    /// Nothing before the end, when one hypothesis is chosen.
    var generatedTokenCount: Int { writer.tokens.count }

    func willCompute(at now: ContinuousClock.Instant) { writer.clock.start(at: now) }

    func begin(_ scheduler: inout Scheduler) throws {
        try plan.checkBeams()
        let tokens = plan.prompt.tokens
        try EngineError.check(tokens, vocabularyCount: vocabularyCount, contextLength: plan.contextLength)
        try plan.sampling.check(vocabularyCount: vocabularyCount)
        // The last token of a hypothesis is chosen, never computed: one more than the context has places.
        let room = plan.contextLength - tokens.count + 1
        let maximum: Int
        if let wanted = plan.maximumTokenCount {
            maximum = min(wanted, room)
        } else {
            let fitting = scheduler.maximumLength(
                promptCount: tokens.count,
                width: beams.width,
                limit: plan.contextLength
            )
            maximum = max(1, fitting - tokens.count + 1)
        }
        search = try BeamSearch(
            plan.sampling,
            beams: beams,
            prompt: tokens,
            endTokens: plan.endTokens,
            maximumTokenCount: max(1, maximum),
            vocabularyCount: vocabularyCount,
            breakers: plan.breakers
        )
        sequences = [
            try scheduler.submit(
                tokens: tokens,
                maximumLength: tokens.count + max(0, maximum - 1),
                width: beams.width
            )
        ]
    }

    func advance(_ outputs: [StepOutput], _ scheduler: inout Scheduler) throws -> Bool {
        if writer.reusedTokenCount == nil {
            writer.reusedTokenCount = sequences.first.flatMap { scheduler[$0]?.reusedCount }
        }
        if plan.maximumTokenCount == 0 {
            stop(.length, &scheduler)
            return false
        }
        // All hypotheses decode in the same step: a group is admitted as a whole and decoding rows come first.
        precondition(outputs.count == sequences.count)
        writer.clock.tick()
        var byID: [SequenceID: StepOutput] = [:]
        for output in outputs { byID[output.sequence] = output }
        let rows = sequences.compactMap { byID[$0]?.last(vocabularyCount: vocabularyCount) }
        guard let continuations = try search?.advance(logits: { rows[$0] }), !continuations.isEmpty else {
            stop(.length, &scheduler)
            return false
        }
        follow(continuations, &scheduler)
        return true
    }

    /// Gives each continuation a sequence: its parent's own for the first of a parent, a fork for every other.
    private func follow(_ continuations: [BeamSearch.Continuation], _ scheduler: inout Scheduler) {
        var isTaken = [Bool](repeating: false, count: sequences.count)
        var next: [SequenceID] = []
        for continuation in continuations {
            let parent = sequences[continuation.parent]
            if isTaken[continuation.parent] {
                // A parent decodes, and so can be forked.
                guard let fork = scheduler.fork(parent) else { preconditionFailure("a hypothesis is gone") }
                next.append(fork)
            } else {
                isTaken[continuation.parent] = true
                next.append(parent)
            }
        }
        for (index, parent) in sequences.enumerated() where !isTaken[index] {
            scheduler.finish(parent, reason: .cancelled)
        }
        for (continuation, id) in zip(continuations, next) { scheduler.append(continuation.token, to: id) }
        sequences = next
    }

    func stop(_ reason: FinishReason, _ scheduler: inout Scheduler) {
        for id in sequences { scheduler.finish(id, reason: reason) }
        let answer = plan.maximumTokenCount == 0 ? [] : search?.answer() ?? []
        var reason = reason
        if reason == .length, search?.endsTurn(answer) == true { reason = .endOfTurn }
        for token in answer where !writer.isStopped { writer.append(token) }
        if writer.isStopped { reason = .stopString }
        writer.finish(reason)
    }

    func fail(_ error: any Error, _ scheduler: inout Scheduler) {
        for id in sequences { scheduler.finish(id, reason: .cancelled, keepsContent: false) }
        writer.fail(error)
    }
}
