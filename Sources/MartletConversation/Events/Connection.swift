/// An account's permission for the bot to answer in its name, by the platform's name for it.
public struct ConnectionID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name that the platform gave.
    public var rawValue: String
    /// Wraps a name.
    public init(_ rawValue: String) { self.rawValue = rawValue }
    /// The name.
    public var description: String { rawValue }
}

/// What an account lets the bot do in its name.
public struct Connection: Sendable, Hashable, Codable {
    /// Its name.
    public var id: ConnectionID
    /// Whose account it is.
    public var owner: UserID
    /// The owner's private chat with the bot.
    public var ownerChat: ChatID
    /// Whether the bot may answer.
    public var canReply: Bool
    /// Whether the connection stands.
    public var isEnabled: Bool

    /// Makes a connection.
    public init(id: ConnectionID, owner: UserID, ownerChat: ChatID, canReply: Bool, isEnabled: Bool) {
        self.id = id
        self.owner = owner
        self.ownerChat = ownerChat
        self.canReply = canReply
        self.isEnabled = isEnabled
    }
}
