import Logging
import Synchronization

/// One request from its head to the end of its response: counted while it lasts, logged and measured when it ends.
///
/// A response that is thrown away unsent ends its ticket too.
final class RequestTicket: Sendable {
    private struct State {
        var route = "unmatched"
        var status = 499
        var caller: String?
        var hasEnded = false
    }

    private let method: String
    private let phase: ServerPhase
    private let metrics: ServerMetrics
    private let logger: Logger
    private let begin = ContinuousClock.now
    private let state = Mutex(State())

    /// Begins a request.
    init(method: String, phase: ServerPhase, metrics: ServerMetrics, logger: Logger) {
        self.method = method
        self.phase = phase
        self.metrics = metrics
        self.logger = logger
        phase.beginRequest()
        metrics.noteRequest()
    }

    deinit {
        end(isComplete: false)
    }

    /// Says which of the routes the request is for.
    func note(route: String) { state.withLock { $0.route = route } }
    /// Says whose the request is.
    func note(caller: String) { state.withLock { $0.caller = caller } }
    /// Says what the response's status is.
    func note(status: Int) { state.withLock { $0.status = status } }

    /// Ends the request; only the first call counts.
    /// - Parameter isComplete: Whether the response was written to its end.
    func end(isComplete: Bool) {
        let ended = state.withLock { state -> State? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state
        }
        guard let ended else { return }
        let duration = ContinuousClock.now - begin
        phase.endRequest()
        metrics.noteResponse(route: ended.route, method: method, status: ended.status, after: duration)
        // The path, the query and the fields stay out: they can hold what was said, and keys.
        logger.info(
            "Request",
            metadata: [
                "http.method": "\(method)", "http.route": "\(ended.route)", "http.status": "\(ended.status)",
                "http.milliseconds": "\(Int(duration / .milliseconds(1)))", "http.complete": "\(isComplete)",
                "caller.name": "\(ended.caller ?? "-")",
            ]
        )
    }
}
