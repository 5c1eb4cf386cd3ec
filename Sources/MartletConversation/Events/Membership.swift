/// What the bot is in a chat.
public struct Membership: Sendable, Hashable, Codable {
    /// Whether it is in the chat.
    public var isMember: Bool
    /// Whether it was in the chat before.
    public var wasMember: Bool
    /// Whether it may write.
    public var canWrite: Bool
    /// Whether it is an administrator, who sees everything that is said.
    public var isAdministrator: Bool
    /// True in a channel, where the bot has nothing to answer; nil anywhere else.
    public var isChannel: Bool?

    /// Makes a membership.
    public init(
        isMember: Bool,
        wasMember: Bool,
        canWrite: Bool = true,
        isAdministrator: Bool = false,
        isChannel: Bool? = nil
    ) {
        self.isMember = isMember
        self.wasMember = wasMember
        self.canWrite = canWrite
        self.isAdministrator = isAdministrator
        self.isChannel = isChannel
    }
}
