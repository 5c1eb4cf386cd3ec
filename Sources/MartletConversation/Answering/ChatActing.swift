/// What the bot may do on its platform besides replying.
///
/// Calls wait out the platform's temporary failures; what cannot be done for good is an error that the caller may ignore.
public protocol ChatActing: Sendable {
    /// Acknowledges a pressed button, with a short text that only the presser sees; a press too old to acknowledge is fine.
    func answerPress(_ query: String, text: String?, isAlert: Bool) async throws

    /// Says something that replies to nothing.
    /// - Returns: The message.
    func send(_ reply: FinalReply, to place: ConversationKey) async throws -> MessageID

    /// Changes one of the bot's own messages.
    func change(_ message: MessageID, to reply: FinalReply, in place: ConversationKey) async throws

    /// Changes one of the bot's messages that only one person in a group sees.
    func change(
        whisper message: MessageID,
        to reply: FinalReply,
        seenBy person: UserID,
        in place: ConversationKey
    ) async throws

    /// Takes one of the bot's messages away; that it is gone already is success.
    func delete(_ message: MessageID, in place: ConversationKey) async throws

    /// Sends a file.
    func sendFile(_ bytes: [UInt8], name: String, caption: String, to place: ConversationKey) async throws

    /// Leaves a group.
    func leave(_ chat: ChatID) async throws

    /// Says something in somebody's name.
    func send(_ words: Wording, in connection: ConnectionID, to chat: ChatID) async throws -> MessageID

    /// Shows in a chat of somebody's that they are typing, for a few seconds.
    func showTyping(in connection: ConnectionID, to chat: ChatID) async throws

    /// Answers a question asked from the writing line; only the asker's client keeps the answer, for `lifetime`.
    func answerInline(_ query: String, with results: [InlineResult], lifetime: Duration) async throws

    /// Answers a question asked in a chat that the bot is not in.
    func answerGuest(_ query: String, with result: InlineResult) async throws
}

/// What is said in somebody's name.
public enum Wording: Sendable, Hashable, Codable {
    /// By a model, as Markdown.
    case written(String)
    /// By the person, exactly so.
    case typed(String, [TextMark])

    /// Words with the marks that a person gave them, or, without any, a model's.
    init(_ text: String, marks: [TextMark]?) {
        self = marks.map { .typed(text, $0) } ?? .written(text)
    }

    /// The words, whoever wrote them.
    public var text: String {
        switch self {
        case .written(let text), .typed(let text, _): text
        }
    }
}

/// An answer that somebody can put into a chat.
public struct InlineResult: Sendable, Hashable {
    /// Its name among the results, 1 to 64 bytes.
    public var id: String
    /// What it is called in the list.
    public var title: String
    /// A line about it.
    public var summary: String
    /// What is put into the chat, as Markdown.
    public var text: String

    /// Makes a result.
    public init(id: String, title: String, summary: String = "", text: String) {
        self.id = id
        self.title = title
        self.summary = summary
        self.text = text
    }
}
