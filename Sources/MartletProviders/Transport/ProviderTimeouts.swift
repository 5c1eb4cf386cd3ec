/// How long a provider may take, from one thing to the next.
public struct ProviderTimeouts: Sendable, Hashable {
    /// From the request to the first byte of its answer.
    ///
    /// Servers that compute on a CPU need their time for long prompts.
    public var firstByte = Duration.seconds(120)
    /// Between two pieces of an answer.
    public var idle = Duration.seconds(60)
    /// From the request to the end of its answer, retries included.
    public var total = Duration.seconds(900)

    /// The usual.
    public init() {}
}

/// Where one exchange stands, as far as time is concerned.
enum ExchangePhase: Sendable, Hashable {
    /// The first byte of the answer is not there yet.
    case waiting
    /// The answer comes.
    case reading
    /// All that the answer needs is there, but more may come, such as the count of tokens.
    case ending
    /// The protocol's last word is there; what remains is the connection's end.
    case closing
}

/// Which of the limits ended an exchange.
enum TimeLimit: Error, Sendable, Hashable {
    case firstByte
    case idle
    case total
    /// The request's own deadline.
    case deadline
    /// Nothing is wrong: the answer was complete.
    case complete

    /// The limit that comes next.
    ///
    /// - Parameters:
    ///   - started: When the first attempt began.
    ///   - lastActivity: When the current phase began, or its last byte came.
    static func next(
        _ phase: ExchangePhase,
        timeouts: ProviderTimeouts,
        started: ContinuousClock.Instant,
        lastActivity: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant?
    ) -> (instant: ContinuousClock.Instant, limit: TimeLimit) {
        var nearest: (instant: ContinuousClock.Instant, limit: TimeLimit) =
            switch phase {
            case .waiting: (lastActivity + timeouts.firstByte, .firstByte)
            case .reading: (lastActivity + timeouts.idle, .idle)
            case .ending: (lastActivity + min(timeouts.idle, .seconds(5)), .complete)
            case .closing: (lastActivity + min(timeouts.idle, .milliseconds(250)), .complete)
            }
        let total = started + timeouts.total
        if total < nearest.instant { nearest = (total, phase == .ending || phase == .closing ? .complete : .total) }
        if let deadline, deadline < nearest.instant {
            nearest = (deadline, phase == .ending || phase == .closing ? .complete : .deadline)
        }
        return nearest
    }
}
