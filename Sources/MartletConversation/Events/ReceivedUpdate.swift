/// An update as it is recorded before its receipt is confirmed to the platform.
public struct ReceivedUpdate: Sendable, Hashable {
    /// Its identity.
    public var id: EventID
    /// What it comes to.
    public var meaning: Meaning

    /// Makes an update.
    public init(id: EventID, meaning: Meaning) {
        self.id = id
        self.meaning = meaning
    }

    /// What an update comes to.
    public enum Meaning: Sendable, Hashable {
        /// Something to answer.
        case event(InboundEvent)
        /// Understood, and nothing to do, for the reason given.
        case ignored(reason: String)
        /// Not understood: kept as it came, for the operator.
        case unreadable(bytes: [UInt8])
    }
}
