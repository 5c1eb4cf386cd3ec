internal import Dispatch
internal import Synchronization

/// Requests on their way to the engine's thread; holds a bounded number, counted until their end.
final class Inbox: Sendable {
    /// What the loop finds when it looks.
    struct Delivery {
        var requests: [any EngineRequest]
        var phase: Phase
    }

    /// How far the engine is from its end.
    enum Phase: Sendable {
        /// Takes requests.
        case open
        /// Takes no more requests and finishes those that it has.
        case draining
        /// Takes no more requests and cancels those that it has.
        case cancelling
    }

    private struct State {
        var requests: [any EngineRequest] = []
        var liveCount = 0
        var phase = Phase.open
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    private let limit: Int

    /// Takes how many requests may run and wait together.
    init(limit: Int) {
        self.limit = limit
    }

    /// Hands a request over.
    ///
    /// - Throws: ``EngineError/Code/busy`` when the limit is reached, ``EngineError/Code/closed`` after the end.
    func submit(_ request: any EngineRequest) throws(EngineError) {
        try state.withLock { state throws(EngineError) in
            guard state.phase == .open else { throw .closedEngine }
            guard state.liveCount < limit else {
                throw EngineError(
                    .busy,
                    "\(limit) requests run or wait already",
                    remedy: "Try again later, or allow more waiting requests"
                )
            }
            state.liveCount += 1
            state.requests.append(request)
        }
        wakeUp.signal()
    }

    /// Takes note that a request has ended.
    func release() {
        state.withLock { $0.liveCount -= 1 }
    }

    /// Requests that run or wait.
    var liveCount: Int { state.withLock { $0.liveCount } }

    /// Takes what has come since the last look.
    func take() -> Delivery {
        state.withLock { state in
            defer { state.requests.removeAll() }
            return Delivery(requests: state.requests, phase: state.phase)
        }
    }

    /// Waits until something may have come.
    func wait() {
        wakeUp.wait()
    }

    /// Waits until something may have come, or for the given time.
    func wait(upTo duration: Duration) {
        let (seconds, attoseconds) = duration.components
        // Waits of the loop's own are below a second.
        let nanoseconds = Int(clamping: seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        _ = wakeUp.wait(timeout: .now() + .nanoseconds(nanoseconds))
    }

    /// Makes the loop look.
    func wake() {
        wakeUp.signal()
    }

    /// Takes no more requests; cancelling wins over draining.
    func close(_ phase: Phase) {
        state.withLock { state in
            if state.phase != .cancelling { state.phase = phase }
        }
        wakeUp.signal()
    }
}

extension EngineError {
    static var closedEngine: EngineError {
        EngineError(.closed, "the engine has been shut down", remedy: "Load the model again")
    }
}
