public import Logging
public import MartletCore
import Synchronization

/// Answers accepted events: in order within a chat, side by side across chats, at most so many at once.
///
/// Every event handed to ``submit(_:isLeftover:)`` must have been accepted by the store before; then nothing is lost
/// whenever the process ends. Use one service a bot, run it with ``run()`` and end it with ``shutDown()``; or answer a few events
/// without a long process, with ``answer(_:until:)``.
public final class ConversationService: Sendable {
    let responder: Responder
    let settings: ConversationSettings
    let logger: Logger
    let state: Mutex<State>
    /// Whether there may be work that nobody waits for when an answer is over.
    private let hasTimeAfterwards: Bool
    private let jobs: AsyncStream<AnswerDesk.Job>
    private let jobsContinuation: AsyncStream<AnswerDesk.Job>.Continuation
    private let drained: AsyncStream<Never>
    private let drainedContinuation: AsyncStream<Never>.Continuation

    struct State {
        var desk: AnswerDesk
        var isDraining = false
        var summarizing: Set<ConversationKey> = []
        var waiters: [UInt64: Waiter] = [:]
        var waiterCount: UInt64 = 0
    }

    /// Somebody who waits for the desk to be less busy.
    struct Waiter {
        var isContent: @Sendable (AnswerDesk) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }

    /// Makes a service.
    /// - Parameters:
    ///   - model: What answers; nil only where the settings say echo.
    ///   - store: Where the events were accepted.
    ///   - sink: Where the replies go.
    ///   - context: The text behind the persona's `{context}`.
    ///   - companions: What else it works with.
    ///   - settings: How the bot converses.
    ///   - logger: Told of turns, never of what was said.
    public convenience init(
        model: (any LanguageModel)?,
        store: any ConversationStore,
        sink: any ReplySink,
        context: ContextDocument? = nil,
        companions: Companions = Companions(),
        settings: ConversationSettings,
        logger: Logger
    ) {
        let responder = Responder(
            model: model,
            store: store,
            sink: sink,
            context: context,
            companions: companions,
            settings: settings
        )
        self.init(responder: responder, settings: settings, logger: logger)
    }

    init(responder: Responder, settings: ConversationSettings, logger: Logger, hasTimeAfterwards: Bool = true) {
        self.hasTimeAfterwards = hasTimeAfterwards
        self.responder = responder
        self.settings = settings
        self.logger = logger
        self.state = Mutex(State(desk: AnswerDesk(settings: settings)))
        (self.jobs, self.jobsContinuation) = AsyncStream.makeStream()
        (self.drained, self.drainedContinuation) = AsyncStream.makeStream()
    }

    /// Takes an accepted event; one that is here already is left alone.
    ///
    /// What is to stop or to correct an answer is dealt with at once, before this returns as far as it happens in this process.
    /// - Parameter isLeftover: Whether it is from before a restart; those are taken however many wait.
    public func submit(_ event: InboundEvent, isLeftover: Bool = false) {
        change { $0.take(event, isLeftover: isLeftover, at: .now) }
    }

    /// Answers until ``shutDown()`` or cancellation; events not begun or not ended by then stay in the store.
    public func run() async {
        await withTaskGroup(of: Void.self) { phases in
            phases.addTask {
                await withDiscardingTaskGroup { answers in
                    for await job in self.jobs {
                        answers.addTask { await self.perform(job) }
                    }
                }
            }
            phases.addTask {
                for await _ in self.drained {}
                try? await Task.sleep(for: self.settings.gracePeriod)
            }
            await phases.next()
            phases.cancelAll()
        }
    }

    private func perform(_ job: AnswerDesk.Job) async {
        switch job {
        case .answer(let control):
            let aftermath = await responder.respond(to: control, logger: logger)
            change { desk in
                if let (old, new) = aftermath.migration { desk.migrate(old.chat, of: old.bot, to: new) }
                return desk.finish(control, leaving: aftermath.left)
            }
            if let key = aftermath.summarizing, hasTimeAfterwards { await summarize(key) }
        case .wait(let instant):
            try? await Task.sleep(until: instant)
            if !Task.isCancelled { change { $0.tick(at: .now) } }
        case .refuse(let incoming, let isSilent):
            await responder.turnAway(incoming, saying: isSilent ? nil : .tooManyWaiting, logger: logger)
        case .leaveOut(let incoming, let isSilent):
            await responder.turnAway(incoming, saying: isSilent ? nil : .busy, logger: logger)
        case .drop(let incoming, let isSilent):
            for (index, one) in incoming.enumerated() {
                let isTold = !isSilent && index == incoming.count - 1
                let phrase = isTold ? Phrase.waitingLeftOut(count: incoming.count) : nil
                await responder.turnAway(one, as: .stopped, saying: phrase, logger: logger)
            }
        case .stop(let event, let finding):
            await responder.confirm(stop: event, finding, logger: logger)
            change { desk in
                desk.finishAside(event)
                return []
            }
        case .acknowledge(let event):
            await responder.confirm(press: event, logger: logger)
            change { desk in
                desk.finishAside(event)
                return []
            }
        case .amend(let event, let question):
            await responder.confirm(edit: event, of: question, logger: logger)
            change { desk in
                desk.finishAside(event)
                return []
            }
        }
    }

    /// Sums up a conversation, once at a time and no more conversations at a time than answers.
    private func summarize(_ key: ConversationKey) async {
        let isFree = state.withLock { state in
            guard !state.isDraining, state.summarizing.count < settings.maximumConcurrentAnswers else { return false }
            return state.summarizing.insert(key).inserted
        }
        guard isFree else { return }
        await responder.summarize(key, logger: logger)
        state.withLock { _ = $0.summarizing.remove(key) }
    }

    /// Changes the desk, hands out what is to be done then, and wakes whoever waited for the change.
    func change(_ body: (inout AnswerDesk) -> [AnswerDesk.Job]) {
        let (jobs, waiters) = state.withLock { state -> ([AnswerDesk.Job], [Waiter]) in
            let jobs = body(&state.desk)
            let content = state.waiters.filter { $0.value.isContent(state.desk) }
            for id in content.keys { state.waiters[id] = nil }
            return (jobs, Array(content.values))
        }
        for job in jobs { jobsContinuation.yield(job) }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Returns when fewer messages wait than the settings allow, or the service is ending.
    public func waitForRoom() async {
        let limit = settings.maximumWaiting
        await wait { $0.waitingCount < limit }
    }

    /// Returns when the desk is as wanted, or the service is ending.
    func wait(until isContent: @escaping @Sendable (AnswerDesk) -> Bool) async {
        let id = state.withLock { state in
            state.waiterCount += 1
            return state.waiterCount
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || state.isDraining || isContent(state.desk) { return true }
                    state.waiters[id] = Waiter(isContent: isContent, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume()
        }
    }

    /// Asks the service to end: nothing more is started, and what is running has the grace period to end by itself.
    public func shutDown() {
        let waiters = state.withLock { state in
            // What comes too late stays accepted in the store, for the next process.
            state.isDraining = true
            state.desk.close()
            let waiters = state.waiters
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters.values { waiter.continuation.resume() }
        jobsContinuation.finish()
        drainedContinuation.finish()
    }
}
