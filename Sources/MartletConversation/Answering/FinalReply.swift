/// The settled reply to an event.
public struct FinalReply: Sendable, Hashable, Codable {
    /// What is shown in the end.
    public var text: String
    /// Whether question and reply become part of the history; what the bot says about itself does not.
    public var isRemembered: Bool
    /// How the text is to be read.
    public var format: Format
    /// What can be done with the reply by buttons under it.
    public var actions: [ReplyAction]
    /// Rows of choices under it.
    public var choices: [[ReplyChoice]]
    /// Words of other messages that stand below the text, such as a draft; nil for none.
    public var passages: [Passage]?
    /// What the model thought before it spoke, where the chat wants to see that.
    public var thinking: String?
    /// Who in a group sees it, as far as the platform can keep it from the others; nil for everybody.
    public var audience: Audience?
    /// What the history keeps of it where that is not the text, such as without a remark that it was stopped.
    public var remembered: String?

    /// Who in a group sees a reply.
    public enum Audience: String, Sendable, Hashable, Codable {
        /// The one who asked.
        case asker
    }

    /// Words of a message, shown as they look when they are sent.
    public struct Passage: Sendable, Hashable, Codable {
        /// A line above them; nil for none.
        public var heading: String?
        /// The words.
        public var words: Wording
        /// How much of them is shown, in UTF-16 code units.
        public var limit: Int

        /// Makes a passage; the usual limit leaves room for a few lines of the reply's own.
        public init(_ words: Wording, heading: String? = nil, limit: Int = 3500) {
            self.heading = heading
            self.words = words
            self.limit = limit
        }
    }

    /// How a text is to be read.
    public enum Format: String, Sendable, Hashable, Codable {
        /// As it is.
        case plain
        /// As Markdown, the way models write it.
        case markdown
    }

    /// Makes a reply.
    /// - Parameter format: Nil reads what a model said as Markdown, and the bot's own texts as they are.
    public init(
        text: String,
        isRemembered: Bool,
        format: Format? = nil,
        actions: [ReplyAction] = [],
        choices: [[ReplyChoice]] = [],
        passages: [Passage]? = nil,
        thinking: String? = nil,
        remembered: String? = nil,
        audience: Audience? = nil
    ) {
        self.text = text
        self.isRemembered = isRemembered
        self.format = format ?? (isRemembered ? .markdown : .plain)
        self.actions = actions
        self.choices = choices
        self.passages = passages
        self.thinking = thinking
        self.remembered = remembered
        self.audience = audience
    }

    /// The same reply for nobody but the one who asked.
    func whispered() -> FinalReply {
        var reply = self
        reply.audience = .asker
        return reply
    }
}
