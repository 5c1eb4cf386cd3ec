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
    /// What the model thought before it spoke, where the chat wants to see that.
    public var thinking: String?
    /// What the history keeps of it where that is not the text, such as without a remark that it was stopped.
    public var remembered: String?

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
        thinking: String? = nil,
        remembered: String? = nil
    ) {
        self.text = text
        self.isRemembered = isRemembered
        self.format = format ?? (isRemembered ? .markdown : .plain)
        self.actions = actions
        self.choices = choices
        self.thinking = thinking
        self.remembered = remembered
    }
}
