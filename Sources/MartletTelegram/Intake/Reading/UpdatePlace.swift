import FoundationEssentials
import MartletConversation
import MartletCore

/// Where a message is.
struct UpdatePlace {
    var key: ConversationKey
    let message: MessageID
    let kind: Kind
    let title: String?
    /// Whether the chat is where people write to a channel.
    let isDirectMessages: Bool

    /// The kinds of chat.
    enum Kind: String {
        case `private`
        case group
        case supergroup
        case channel
    }

    /// Whether the chat is one person's with the bot.
    var isPrivate: Bool { kind == .private }
    /// Whether people talk there.
    var isConversational: Bool { kind != .channel }

    /// Reads `chat` and `message_id`, or gives nil where there is no chat.
    init?(_ message: JSONValue, bot: BotID) {
        guard let id = message["message_id"]?.integer, let chat = message["chat"], let number = chat["id"]?.integer
        else { return nil }
        // `message_thread_id` also numbers reply chains in groups without topics; those are no conversations apart.
        let isInTopic = message["is_topic_message"]?.bool == true
        let thread = isInTopic ? message["message_thread_id"]?.integer : nil
        self.init(
            chat,
            ConversationKey(bot: bot, chat: ChatID(number), thread: thread.map { ThreadID($0) }),
            message: MessageID(id)
        )
    }

    /// Reads what is said of a chat.
    init(_ chat: JSONValue, _ key: ConversationKey, message: MessageID) {
        self.key = key
        self.message = message
        kind = chat["type"]?.string.flatMap { Kind(rawValue: $0) } ?? (key.chat.rawValue > 0 ? .private : .group)
        title =
            kind == .private ? nil : chat["title"]?.string.map { String($0.prefix(MessageSender.maximumNameLength)) }
        isDirectMessages = chat["is_direct_messages"]?.bool == true
    }

    /// An event at this place.
    /// - Parameter date: When it was said; nil takes the time at which it came.
    func event(
        _ source: UpdateReader.Source,
        sender: InboundEvent.Sender,
        date: Date?,
        content: InboundEvent.Content
    ) -> InboundEvent {
        InboundEvent(
            id: source.id,
            key: key,
            isPrivate: isPrivate,
            message: message,
            sender: sender,
            date: date ?? source.receivedAt,
            content: content,
            chatTitle: title
        )
    }
}

extension JSONValue {
    /// A time in seconds since 1970, or nil where there is none; 0 is how the platform says that it does not know.
    func date(_ name: String) -> Date? {
        guard let seconds = self[name]?.integer, seconds > 0 else { return nil }
        return Date(timeIntervalSince1970: Double(seconds))
    }
}
