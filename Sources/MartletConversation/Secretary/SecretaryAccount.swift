public import FoundationEssentials

/// An account in whose name the bot may answer, with what its owner chose.
public struct SecretaryAccount: Sendable, Hashable {
    /// The bot that answers.
    public var bot: BotID
    /// The connection as it was last reported; an owner has one at a time.
    public var connection: Connection
    /// When the connection was reported so.
    public var date: Date
    /// The owner's name, as others see it.
    public var name: String
    /// The owner's interface language, as a code; nil where it is not known.
    public var languageCode: String?
    /// What is done for contacts for whom nothing else was chosen.
    public var defaultMode: SecretaryMode

    /// Makes an account.
    public init(
        bot: BotID,
        connection: Connection,
        date: Date,
        name: String,
        languageCode: String? = nil,
        defaultMode: SecretaryMode = .off
    ) {
        self.bot = bot
        self.connection = connection
        self.date = date
        self.name = String(name.prefix(64))
        self.languageCode = languageCode
        self.defaultMode = defaultMode
    }

    /// Whose account it is.
    public var owner: UserID { connection.owner }
    /// Whether anything can be sent in the owner's name.
    public var canReply: Bool { connection.isEnabled && connection.canReply }
    /// The owner's language.
    public var language: Language { Language(code: languageCode) }
    /// The owner's private chat with the bot.
    public var place: ConversationKey { ConversationKey(bot: bot, chat: connection.ownerChat) }
}
