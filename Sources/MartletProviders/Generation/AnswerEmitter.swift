import MartletCore
import Synchronization

/// Passes an answer's pieces on as events, and keeps account of them.
final class AnswerEmitter: Sendable {
    private struct State {
        var matcher: StopMatcher
        var hasEmitted = false
        var hasToolCalls = false
        var isStopped = false
        var reason: FinishReason?
        var reported = ReportedUsage()
        var answer = TokenEstimate()
        var thinking = TokenEstimate()
        var firstOutput: ContinuousClock.Instant?
        var lastOutput: ContinuousClock.Instant?
    }

    private let events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    private let started: ContinuousClock.Instant
    private let stopStrings: [String]
    private let state: Mutex<State>

    init(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation,
        stopStrings: [String],
        started: ContinuousClock.Instant
    ) {
        self.events = events
        self.started = started
        self.stopStrings = stopStrings
        state = Mutex(State(matcher: StopMatcher(stopStrings)))
    }

    /// Whether anything was said; after that nothing is tried again.
    var hasEmitted: Bool { state.withLock { $0.hasEmitted } }
    /// Why the answer ended, once it has.
    var reason: FinishReason? { state.withLock { $0.reason } }

    /// Forgets what an attempt that said nothing has left behind.
    func reset() {
        state.withLock { state in
            precondition(!state.hasEmitted)
            state = State(matcher: StopMatcher(stopStrings))
        }
    }

    /// Takes a piece; false when a stop string ended the answer and no more is wanted.
    func receive(_ piece: AnswerPiece) -> Bool {
        let now = ContinuousClock.now
        let (event, goesOn): (GenerationEvent?, Bool) = state.withLock { state in
            guard !state.isStopped else { return (nil, false) }
            var event: GenerationEvent?
            switch piece {
            case .text(let text):
                let (said, isStopped) = state.matcher.take(text)
                state.answer.add(said)
                if !said.isEmpty { event = .text(said) }
                if isStopped {
                    state.isStopped = true
                    state.reason = .stopString
                }
            case .thinking(let text):
                state.thinking.add(text)
                if !text.isEmpty { event = .thinking(text) }
            case .toolCall(let call):
                state.answer.add(call.name + call.arguments)
                state.hasToolCalls = true
                event = .toolCall(call)
            case .scores(let scores): event = .scores(scores)
            case .usage(let usage): state.reported.merge(usage)
            case .ended(let reason):
                state.reason = reason == .endOfTurn && state.hasToolCalls ? .toolCalls : reason
                let rest = state.matcher.finish()
                state.answer.add(rest)
                if !rest.isEmpty { event = .text(rest) }
            case .closed: break
            }
            if event != nil {
                state.hasEmitted = true
                state.firstOutput = state.firstOutput ?? now
                state.lastOutput = now
            }
            return (event, !state.isStopped)
        }
        if let event { events.yield(event) }
        return goesOn
    }

    /// The account at the end.
    func summary(
        reason: FinishReason,
        promptEstimate: Int,
        droppedTurnCount: Int,
        prices: ModelPrices?
    ) -> GenerationSummary {
        let state = state.withLock { $0 }
        var usage = state.reported.believed(
            promptEstimate: promptEstimate,
            generatedEstimate: state.answer.count,
            thinkingEstimate: state.thinking.count
        )
        let written = min(max(state.reported.written ?? 0, 0), Int64(usage.promptTokenCount - usage.reusedTokenCount))
        usage.cost = prices?.cost(of: usage, writtenTokenCount: Int(written))
        let end = ContinuousClock.now
        let first = state.firstOutput ?? end
        return GenerationSummary(
            reason: reason,
            usage: usage,
            promptDuration: first - started,
            generationDuration: (state.lastOutput ?? first) - first,
            droppedTurnCount: droppedTurnCount
        )
    }

    /// What the stop matcher still holds, said before an end that the provider did not announce.
    func flush() {
        let rest = state.withLock { state in
            let rest = state.isStopped ? "" : state.matcher.finish()
            state.answer.add(rest)
            if !rest.isEmpty { state.hasEmitted = true }
            return rest
        }
        if !rest.isEmpty { events.yield(.text(rest)) }
    }

    /// Ends the stream well.
    func finish(_ summary: GenerationSummary) {
        events.yield(.finished(summary))
        events.finish()
    }

    /// Ends the stream with a failure.
    func fail(_ error: any Error) {
        events.finish(throwing: error)
    }
}
