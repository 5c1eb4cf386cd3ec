public import FoundationEssentials
public import MartletCore

/// What is remembered of one conversation.
public struct Conversation: Sendable, Hashable {
    /// The latest turns, oldest first; archived ones left out.
    public var turns: [Turn]
    /// What the chat has chosen.
    public var settings: ChatSettings
    /// What was said before the turns that a model still sees, in short.
    public var summary: Summary?
    /// The latest question, when it got no answer worth remembering and nothing was said after it.
    public var unanswered: Turn?

    /// How many past messages the model sees, where the chat has chosen; nil follows the configuration.
    public var contextLength: Int? {
        get { settings.contextLength }
        set { settings.contextLength = newValue }
    }

    /// Makes a conversation.
    public init(
        turns: [Turn] = [],
        settings: ChatSettings = ChatSettings(),
        summary: Summary? = nil,
        unanswered: Turn? = nil
    ) {
        self.turns = turns
        self.settings = settings
        self.summary = summary
        self.unanswered = unanswered
    }

    /// Makes a conversation in which only the context length was chosen.
    public init(turns: [Turn] = [], contextLength: Int?) {
        self.init(turns: turns, settings: ChatSettings(contextLength: contextLength))
    }

    /// What turns that are no longer shown came to.
    public struct Summary: Sendable, Hashable, Codable {
        /// The summary, as the model wrote it.
        public var text: String
        /// The position of the last turn that it covers.
        public var through: Int64

        /// Makes a summary.
        public init(text: String, through: Int64) {
            self.text = text
            self.through = through
        }
    }
}

/// One message of a conversation, as remembered.
public struct Turn: Sendable, Hashable, Codable {
    /// Who spoke and what was said; a speaker in a group is named.
    public var message: ChatMessage
    /// When.
    public var date: Date
    /// The event that it asks, or that it answers.
    public var event: EventID?
    /// The message that shows a question.
    public var source: MessageID?
    /// Who asked.
    public var speaker: UserID?
    /// The message that a question answers.
    public var parent: MessageID?
    /// Whether it was said in a group and not to the bot: such a turn belongs to no event.
    public var isOverheard: Bool { event == nil && source != nil && message.role == .user }
    /// Its place in the store, growing with time; nil until it is stored.
    public var position: Int64?

    /// Makes a turn.
    public init(
        _ message: ChatMessage,
        date: Date,
        event: EventID? = nil,
        source: MessageID? = nil,
        speaker: UserID? = nil,
        parent: MessageID? = nil
    ) {
        self.message = message
        self.date = date
        self.event = event
        self.source = source
        self.speaker = speaker
        self.parent = parent
    }
}
