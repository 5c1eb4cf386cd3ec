public import MartletConversation
import MartletCore

/// Who the bot is, by its own account.
public struct BotIdentity: Sendable, Hashable {
    /// Its number.
    public var id: BotID
    /// Its name without `@`.
    public var username: String
    /// The name that people see.
    public var name: String
    /// Whether it is shown everything said in its groups (privacy mode off).
    public var readsAllGroupMessages: Bool

    /// Makes an identity.
    public init(id: BotID, username: String, name: String, readsAllGroupMessages: Bool = false) {
        self.id = id
        self.username = username
        self.name = name
        self.readsAllGroupMessages = readsAllGroupMessages
    }

    /// Reads the result of `getMe`.
    init?(_ user: JSONValue) {
        guard let id = user["id"]?.integer, let username = user["username"]?.string else { return nil }
        self.init(
            id: BotID(id),
            username: username,
            name: user["first_name"]?.string ?? username,
            readsAllGroupMessages: user["can_read_all_group_messages"]?.bool ?? false
        )
    }
}
