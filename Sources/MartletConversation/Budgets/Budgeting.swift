public import MartletCore

/// Keeps what answers cost within limits: first the worst case is set aside, afterwards the true cost is booked.
public protocol Budgeting: Sendable {
    /// Sets aside what an answer may cost at most; the same event asked again gets the same reservation.
    /// - Parameter tokens: Prompt and answer at most.
    func reserve(tokens: Int, for event: InboundEvent) async throws -> Reservation

    /// Books what the answer did cost, zero where none came; the rest of the reservation is free again.
    func settle(_ event: InboundEvent, usage: Usage?) async throws
}

/// Whether an answer may be begun.
public enum Reservation: Sendable, Hashable {
    /// It may.
    case granted
    /// A limit would be passed; the sender is told.
    case exhausted(FinalReply)
}
