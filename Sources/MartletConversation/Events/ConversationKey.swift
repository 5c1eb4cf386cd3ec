/// Which history a message belongs to.
///
/// Threads never mix. Where `user` is set, everybody in the chat has a conversation of their own.
public struct ConversationKey: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The bot that is talked to.
    public var bot: BotID
    /// Where.
    public var chat: ChatID
    /// The topic inside the chat, where it has topics.
    public var thread: ThreadID?
    /// The person, where conversations are kept apart by person.
    public var user: UserID?
    /// The account in whose name the bot talks; such a chat has the same number as that person's own chat with the bot.
    public var connection: ConnectionID?

    /// Makes a key.
    public init(
        bot: BotID,
        chat: ChatID,
        thread: ThreadID? = nil,
        user: UserID? = nil,
        connection: ConnectionID? = nil
    ) {
        self.bot = bot
        self.chat = chat
        self.thread = thread
        self.user = user
        self.connection = connection
    }

    /// The key without the person: messages with the same place are answered in the order in which they came.
    public var place: ConversationKey {
        ConversationKey(bot: bot, chat: chat, thread: thread, connection: connection)
    }

    /// `bot:chat:thread:user`, with `-` for what is not set, and `:connection` behind it where there is one; equal keys and only
    /// they have equal texts.
    public var description: String {
        "\(bot):\(chat):\(thread.map { $0.description } ?? "-"):\(user.map { $0.description } ?? "-")"
            + (connection.map { ":\($0)" } ?? "")
    }
    /// Reads a key from its ``description``; nil for anything else.
    public init?(stored text: String) {
        let pieces = text.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
        guard pieces.count >= 4, let bot = Int64(pieces[0]), let chat = Int64(pieces[1]) else { return nil }
        let numbers = pieces[2...3].map { $0 == "-" ? .some(nil) : Int64($0).map(Optional.some) } as [Int64??]
        guard let thread = numbers[0], let user = numbers[1] else { return nil }
        self.init(
            bot: BotID(bot),
            chat: ChatID(chat),
            thread: thread.map { ThreadID($0) },
            user: user.map { UserID($0) },
            connection: pieces.count == 5 ? ConnectionID(String(pieces[4])) : nil
        )
    }
}
