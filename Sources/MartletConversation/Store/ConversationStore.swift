public import FoundationEssentials

/// Where conversations and unanswered messages are kept.
///
/// An event goes `accepted -> answering -> delivering -> finished`; every step is durable before the call returns, so that
/// whatever kills the process, the next one finds what is left and what was already shown.
/// - ``accept(_:)`` records an event as accepted.
/// - ``beginAnswer(to:)`` moves it to answering, and says what an earlier attempt left behind.
/// - ``recordFinal(_:of:)`` moves it to delivering: the text is settled and only its delivery is repeated after a crash.
/// - ``finish(_:as:remembering:in:)`` ends it, together with the history that it leaves, in one step.
public protocol ConversationStore: Sendable {
    /// Records updates, all or none, and leaves out those that are known by their id.
    /// - Returns: The events among the new ones, in the order given.
    func accept(_ updates: [ReceivedUpdate]) async throws -> [InboundEvent]

    /// The events of a bot that are not finished, in the order in which they were accepted.
    func unfinishedEvents(of bot: BotID) async throws -> [InboundEvent]

    /// Starts an attempt to answer an event.
    /// - Returns: What earlier attempts left, or nil when the event is finished or unknown.
    func beginAnswer(to event: EventID) async throws -> AnswerProgress?

    /// Notes that a part of the reply is shown as `message`.
    func recordMessage(_ message: MessageID, part: Int, of event: EventID) async throws

    /// Settles the text of the reply.
    func recordFinal(_ reply: FinalReply, of event: EventID) async throws

    /// Ends an event and appends the turns to its conversation; a finished or unknown event is left as it is.
    func finish(
        _ event: EventID,
        as outcome: EventOutcome,
        remembering turns: [Turn],
        in key: ConversationKey
    ) async throws

    /// Reads a conversation with its latest turns, at most `turnLimit` of them.
    func conversation(for key: ConversationKey, turnLimit: Int) async throws -> Conversation

    /// Forgets every turn of a conversation and keeps its settings.
    func eraseTurns(of key: ConversationKey) async throws

    /// Chooses how many past messages the model sees.
    func setContextLength(_ count: Int, for key: ConversationKey) async throws

    /// Forgets finished updates received before `date`; after that a repeated delivery would not be recognised.
    func pruneUpdates(receivedBefore date: Date) async throws
}

/// What earlier attempts to answer an event left behind.
public struct AnswerProgress: Sendable, Hashable {
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// The messages that show parts of the reply, by part.
    public var messages: [Int: MessageID]
    /// The settled text, when only its delivery may be unfinished.
    public var final: FinalReply?

    /// Makes a progress.
    public init(attempt: Int, messages: [Int: MessageID] = [:], final: FinalReply? = nil) {
        self.attempt = attempt
        self.messages = messages
        self.final = final
    }
}

/// How an event ended.
public enum EventOutcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// The reply is shown in full.
    case answered
    /// Nobody can be shown the reply: the bot is blocked, or the chat is gone.
    case undeliverable
    /// The reply was deleted while it was written, and writing stopped.
    case stopped
    /// There was nothing to say.
    case ignored
}
