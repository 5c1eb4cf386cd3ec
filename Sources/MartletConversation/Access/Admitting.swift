/// Decides who is answered.
public protocol Admitting: Sendable {
    /// What to do about an event, before anything else is done about it.
    ///
    /// Some events are for the policy itself, such as a pairing code or a membership; it deals with them through the platform and
    /// says that they are done.
    func admit(_ event: InboundEvent) async throws -> Admission
}

/// Whether an event is answered.
public enum Admission: Sendable, Hashable {
    /// It is.
    case admitted
    /// It is not, and the sender is told why.
    case refused(FinalReply)
    /// It is not, and nobody is told.
    case ignored
}
