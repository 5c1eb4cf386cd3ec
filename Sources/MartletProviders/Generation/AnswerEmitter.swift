import MartletCore
import Synchronization

/// Passes an answer's pieces on as events, and keeps account of them.
final class AnswerEmitter: Sendable {
    fileprivate struct State {
        /// Ends the answer before a stop string, also where the provider does not, or takes only a few.
        var stops: StopStringFilter
        /// Takes thinking out of the text, where a server leaves it in there.
        var filter: ThinkingFilter?
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
    private let request: GenerationRequest
    private let state: Mutex<State>

    init(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>.Continuation,
        _ request: GenerationRequest,
        started: ContinuousClock.Instant
    ) {
        self.events = events
        self.started = started
        self.request = request
        state = Mutex(Self.beginning(of: request))
    }

    private static func beginning(of request: GenerationRequest) -> State {
        var isConversation = false
        if case .messages = request.input { isConversation = true }
        return State(
            stops: StopStringFilter(request.stopStrings),
            filter: isConversation ? ThinkingFilter([.think, .thinking, .bracketed], comesFirst: true) : nil
        )
    }

    /// Whether anything was said; after that nothing is tried again.
    var hasEmitted: Bool { state.withLock { $0.hasEmitted } }
    /// Why the answer ended, once it has.
    var reason: FinishReason? { state.withLock { $0.reason } }

    /// Forgets what an attempt that said nothing has left behind.
    func reset() {
        state.withLock { state in
            precondition(!state.hasEmitted)
            state = Self.beginning(of: request)
        }
    }

    /// Takes a piece; false when a stop string ended the answer and no more is wanted.
    func receive(_ piece: AnswerPiece) -> Bool {
        let now = ContinuousClock.now
        let (said, goesOn): ([GenerationEvent], Bool) = state.withLock { state in
            guard !state.isStopped else { return ([], false) }
            var said: [GenerationEvent] = []
            switch piece {
            case .text(let text): state.take(text, into: &said)
            case .thinking(let text): state.think(text, into: &said)
            case .toolCall(let call):
                state.answer.add(call.name + call.arguments)
                state.hasToolCalls = true
                said.append(.toolCall(call))
            case .scores(let scores): said.append(.scores(scores))
            case .usage(let usage): state.reported.merge(usage)
            case .ended(let reason):
                state.finish(into: &said)
                if !state.isStopped {
                    state.reason = reason == .endOfTurn && state.hasToolCalls ? .toolCalls : reason
                }
            case .closed: break
            }
            if !said.isEmpty {
                state.hasEmitted = true
                state.firstOutput = state.firstOutput ?? now
                state.lastOutput = now
            }
            return (said, !state.isStopped)
        }
        for event in said { events.yield(event) }
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

    /// What is still held back, said before an end that the provider did not announce.
    func flush() {
        let said = state.withLock { state in
            var said: [GenerationEvent] = []
            if !state.isStopped { state.finish(into: &said) }
            if !said.isEmpty { state.hasEmitted = true }
            return said
        }
        for event in said { events.yield(event) }
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

extension AnswerEmitter.State {
    /// Takes text as the provider says it.
    fileprivate mutating func take(_ text: String, into said: inout [GenerationEvent]) {
        guard let output = filter?.append(text) else { return say(text, into: &said) }
        take(output, into: &said)
    }

    /// Takes what is still held back.
    fileprivate mutating func finish(into said: inout [GenerationEvent]) {
        if let output = filter?.finish() { take(output, into: &said) }
        guard !isStopped else { return }
        let rest = stops.finish()
        answer.add(rest)
        if !rest.isEmpty { said.append(.text(rest)) }
    }

    private mutating func take(_ output: ThinkingFilter.Output, into said: inout [GenerationEvent]) {
        for run in output.runs where !isStopped {
            switch run {
            case .answer(let text): say(text, into: &said)
            case .thinking(let text): think(text, into: &said)
            }
        }
    }

    fileprivate mutating func think(_ text: String, into said: inout [GenerationEvent]) {
        thinking.add(text)
        if !text.isEmpty { said.append(.thinking(text)) }
    }

    private mutating func say(_ text: String, into said: inout [GenerationEvent]) {
        let (certain, isEnd) = stops.append(text)
        answer.add(certain)
        if !certain.isEmpty { said.append(.text(certain)) }
        guard isEnd else { return }
        isStopped = true
        reason = .stopString
    }
}
