public import Logging
public import MartletCore
import Synchronization

/// Answers accepted events: in order within a chat, side by side across chats, at most so many at once.
///
/// Every event handed to ``submit(_:isLeftover:)`` must have been accepted by the store before; then nothing is lost
/// whenever the process ends. Use one service a bot, run it with ``run()`` and end it with ``shutDown()``.
public final class ConversationService: Sendable {
    private let responder: Responder
    private let settings: ConversationSettings
    private let logger: Logger
    private let state: Mutex<State>
    private let starts: AsyncStream<Start>
    private let startsContinuation: AsyncStream<Start>.Continuation
    private let drained: AsyncStream<Never>
    private let drainedContinuation: AsyncStream<Never>.Continuation

    /// An event whose turn has come, or that found its lane full.
    private struct Start: Sendable {
        var event: InboundEvent
        var handling: Responder.Handling
        var isInLane = true
    }

    private struct State {
        var scheduler: LaneScheduler
        var isDraining = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var waiterCount: UInt64 = 0
    }

    /// Makes a service.
    /// - Parameters:
    ///   - model: What answers; nil only where the settings say echo.
    ///   - store: Where the events were accepted.
    ///   - sink: Where the replies go.
    ///   - context: The text behind the persona's `{context}`.
    ///   - settings: How the bot converses.
    ///   - logger: Told of turns, never of what was said.
    public init(
        model: (any LanguageModel)?,
        store: any ConversationStore,
        sink: any ReplySink,
        context: ContextDocument? = nil,
        settings: ConversationSettings,
        logger: Logger
    ) {
        self.responder = Responder(model: model, store: store, sink: sink, context: context, settings: settings)
        self.settings = settings
        self.logger = logger
        self.state = Mutex(
            State(
                scheduler: LaneScheduler(
                    maximumRunning: settings.maximumConcurrentAnswers,
                    maximumWaitingPerLane: settings.maximumWaitingPerChat
                )
            )
        )
        (self.starts, self.startsContinuation) = AsyncStream.makeStream()
        (self.drained, self.drainedContinuation) = AsyncStream.makeStream()
    }

    /// Takes an accepted event; one that is here already is left alone.
    /// - Parameter isLeftover: Whether it is from before a restart; those are taken however many wait.
    public func submit(_ event: InboundEvent, isLeftover: Bool = false) {
        let starts = state.withLock { state -> [Start] in
            // What comes too late stays accepted in the store, for the next process.
            guard !state.isDraining else { return [] }
            switch state.scheduler.admit(event, isExempt: isLeftover) {
            case .admitted: return Self.takeStarts(from: &state)
            case .alreadyKnown: return []
            case .laneFull(let isFirst):
                return [Start(event: event, handling: isFirst ? .refuse : .refuseSilently, isInLane: false)]
            }
        }
        for start in starts { startsContinuation.yield(start) }
    }

    /// Answers until ``shutDown()`` or cancellation; events not begun or not ended by then stay in the store.
    public func run() async {
        await withTaskGroup(of: Void.self) { phases in
            phases.addTask {
                await withDiscardingTaskGroup { answers in
                    for await start in self.starts {
                        answers.addTask { await self.handle(start) }
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

    private func handle(_ start: Start) async {
        await responder.respond(to: start.event, start.handling, logger: logger)
        guard start.isInLane else { return }
        let (starts, waiters) = state.withLock { state in
            state.scheduler.finish(start.event)
            let hasRoom = state.scheduler.waitingCount < settings.maximumWaiting
            let waiters = hasRoom ? Array(state.waiters.values) : []
            if hasRoom { state.waiters = [:] }
            return (state.isDraining ? [] : Self.takeStarts(from: &state), waiters)
        }
        for waiter in waiters { waiter.resume() }
        for start in starts { startsContinuation.yield(start) }
    }

    private static func takeStarts(from state: inout State) -> [Start] {
        var starts: [Start] = []
        while let event = state.scheduler.next() { starts.append(Start(event: event, handling: .answer)) }
        return starts
    }

    /// Returns when fewer messages wait than the settings allow, or the service is ending.
    public func waitForRoom() async {
        let id = state.withLock { state in
            state.waiterCount += 1
            return state.waiterCount
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasRoom = state.withLock { state in
                    if Task.isCancelled || state.isDraining || state.scheduler.waitingCount < settings.maximumWaiting {
                        return true
                    }
                    state.waiters[id] = continuation
                    return false
                }
                if hasRoom { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    /// Asks the service to end: nothing more is started, and what is running has the grace period to end by itself.
    public func shutDown() {
        let waiters = state.withLock { state in
            state.isDraining = true
            let waiters = state.waiters
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters.values { waiter.resume() }
        startsContinuation.finish()
        drainedContinuation.finish()
    }
}
