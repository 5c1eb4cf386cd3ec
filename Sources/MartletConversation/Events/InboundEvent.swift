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
    /// How the sender turned to the bot; nil where it was not looked at.
    public var addressing: Addressing?
    /// The message that it answers.
    public var quoted: QuotedMessage?
    /// What ties it to its neighbours.
    public var bundle: MessageBundle?
    /// The group's name.
    public var chatTitle: String?
    /// The account in whose name the bot may answer here.
    public var connection: ConnectionID?
    /// The number of the message among those that nobody but its sender and the bot sees; `message` means nothing then.
    public var whisper: MessageID?
    /// How stretches of the words were marked, where somebody may want them sent on exactly as they are.
    public var marks: [TextMark]?
    /// What came with the words, by the platform's word for it, such as `photo`; the bot sees the words only.
    public var attachment: String?

    /// Makes an event.
    public init(
        id: EventID,
        key: ConversationKey,
        isPrivate: Bool,
        message: MessageID,
        sender: Sender,
        date: Date,
        content: Content,
        addressing: Addressing? = nil,
        quoted: QuotedMessage? = nil,
        bundle: MessageBundle? = nil,
        chatTitle: String? = nil,
        connection: ConnectionID? = nil,
        attachment: String? = nil
    ) {
        self.id = id
        self.key = key
        self.isPrivate = isPrivate
        self.message = message
        self.sender = sender
        self.date = date
        self.content = content
        self.addressing = addressing
        self.quoted = quoted
        self.bundle = bundle
        self.chatTitle = chatTitle
        self.connection = connection
        self.attachment = attachment
    }

    /// The conversation that it belongs to.
    /// - Parameter separates: Whether everybody in a group has a conversation of their own.
    public func conversationKey(separatingPeople separates: Bool) -> ConversationKey {
        var key = key
        if separates, !isPrivate { key.user = sender.id }
        return key
    }

    /// Whether it was asked in a chat that the bot is not in.
    public var isFromElsewhere: Bool {
        switch content {
        case .inlineQuery, .guestQuery: true
        default: false
        }
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
        /// The sender changed what an earlier message of theirs says.
        case edited(String)
        /// Messages in a chat of somebody's account were deleted.
        case deleted([MessageID])
        /// A button under one of the bot's messages was pressed.
        case press(ButtonPress)
        /// The platform's own button to stop a growing reply was pressed.
        case stop
        /// The bot was added to the chat, taken out of it, or has other rights in it.
        case membership(Membership)
        /// The group became another chat, which has all that this one had.
        case migrated(to: ChatID)
        /// Somebody let the bot answer in their name, or no longer does.
        case connection(Connection)
        /// The owner of the connection wrote here themselves.
        case ownerSpoke(String)
        /// Somebody asks from the line where they write, in any chat; `query` is what the answer names.
        case inlineQuery(query: String, text: String)
        /// Somebody asks in a chat that the bot is not in; `query` is what the answer names.
        case guestQuery(query: String, text: String)
    }

    /// How a sender turned to the bot.
    public enum Addressing: String, Sendable, Hashable, Codable {
        /// In their private chat with it.
        case privateChat
        /// By a command.
        case command
        /// By answering one of its messages.
        case reply
        /// By its name on the platform.
        case mention
        /// By a name that it listens to, at the start of the message.
        case name
        /// Not at all: it was said in a group where the bot sees everything.
        case none
    }
}
