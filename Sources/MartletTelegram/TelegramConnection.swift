import MartletConversation

/// A connected bot, before it converses: who it is, and what it can do on the platform.
public struct TelegramConnection: Sendable {
    /// Who the bot is.
    public let identity: BotIdentity
    /// What it does besides replying.
    public let actions: TelegramActions
}
