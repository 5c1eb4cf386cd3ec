public import FoundationEssentials

/// Somebody said something that the bot has to deal with; the same whatever platform it came from.
public struct InboundEvent: Sendable, Hashable, Codable {
    /// Its identity, by which repeated deliveries are recognised.
    public var id: EventID
    /// The conversation it belongs to.
    public var key: ConversationKey
    /// Whether the chat is one person's with the bot, or a group.
    public var isPrivate: Bool
    /// The message that holds it, for replies.
    public var message: MessageID
    /// Who said it.
    public var sender: Sender
    /// When it was said.
    public var date: Date
    /// What was said.
    public var content: Content

    /// Makes an event.
    public init(
        id: EventID,
        key: ConversationKey,
        isPrivate: Bool,
        message: MessageID,
        sender: Sender,
        date: Date,
        content: Content
    ) {
        self.id = id
        self.key = key
        self.isPrivate = isPrivate
        self.message = message
        self.sender = sender
        self.date = date
        self.content = content
    }

    /// Who said it.
    public struct Sender: Sendable, Hashable, Codable {
        /// Their number.
        public var id: UserID
        /// The name that others see.
        public var name: String
        /// The interface language they chose, such as `tr` or `pt-br`.
        public var languageCode: String?

        /// Makes a sender.
        public init(id: UserID, name: String, languageCode: String? = nil) {
            self.id = id
            self.name = name
            self.languageCode = languageCode
        }
    }

    /// What was said.
    public enum Content: Sendable, Hashable, Codable {
        /// Words, with any address to the bot ("@name") taken off the front.
        case text(String)
        /// Something that is not text, by the platform's word for it, such as `photo`.
        case unsupported(kind: String)
    }
}
