public import FoundationEssentials

/// Asks a platform about connections.
public protocol ConnectionFinding: Sendable {
    /// What a connection is now; nil where the platform knows none of that name.
    func connection(_ id: ConnectionID) async throws -> FoundConnection?
}

/// A connection as a platform describes it when it is asked.
public struct FoundConnection: Sendable, Hashable {
    /// The connection.
    public var connection: Connection
    /// Whose account it is.
    public var owner: InboundEvent.Sender
    /// When it was made; nil where that is not known.
    public var date: Date?

    /// Makes a description.
    public init(connection: Connection, owner: InboundEvent.Sender, date: Date?) {
        self.connection = connection
        self.owner = owner
        self.date = date
    }
}
