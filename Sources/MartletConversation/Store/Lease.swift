public import FoundationEssentials

/// A process's claim to an event: nobody else answers it before the claim's expiry, and anybody may afterwards.
///
/// So a process that dies locks nobody out for longer than that. The same owner takes its own events again at once.
public struct Lease: Sendable, Hashable {
    /// The process; the same name for two that answer at the same time would let both answer.
    public var owner: String
    /// The time at which it is taken or renewed, by the owner's clock.
    public var taken: Date
    /// When it ends unless it is renewed.
    public var expiry: Date

    /// Makes a lease from now on.
    public init(owner: String, taken: Date = Date(), lasting duration: Duration) {
        self.owner = owner
        self.taken = taken
        let (seconds, attoseconds) = duration.components
        self.expiry = taken.addingTimeInterval(Double(seconds) + Double(attoseconds) * 1e-18)
    }
}

/// What became of a lease.
public enum LeaseState: Sendable, Hashable {
    /// It goes on.
    case held
    /// It goes on, and somebody asked that the answer be stopped.
    case stopRequested
    /// The event is finished, or another process has it.
    case lost
}

/// What became of the wish to answer an event.
public enum AnswerStart: Sendable, Hashable {
    /// It is this process's to answer.
    case begun(AnswerProgress)
    /// Another process answers it until then at least.
    case held(until: Date)
    /// It is finished, unknown, or ends with another event that it was joined to.
    case finished
}
