/// Knows who runs a group on its platform.
public protocol GroupAdministering: Sendable {
    /// Whether somebody is an administrator of a group, or its creator.
    func isAdministrator(_ user: UserID, of chat: ChatID) async throws -> Bool
}

/// Decides who may change the bot's settings in a chat.
public protocol SettingsGuarding: Sendable {
    /// Whether the sender of an event may change the settings of its chat.
    func mayChangeSettings(_ event: InboundEvent) async throws -> Bool
}
