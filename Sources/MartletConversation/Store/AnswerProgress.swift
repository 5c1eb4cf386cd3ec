/// What earlier attempts to answer an event left behind.
public struct AnswerProgress: Sendable, Hashable {
    /// Which attempt this is, from 1.
    public var attempt: Int
    /// The messages that show parts of the reply, by part.
    public var messages: [Int: MessageID]
    /// The settled text, when only its delivery may be unfinished.
    public var final: FinalReply?
    /// The events that are one question with this one and end with it, in order.
    public var joined: [EventID]

    /// Makes a progress.
    public init(attempt: Int, messages: [Int: MessageID] = [:], final: FinalReply? = nil, joined: [EventID] = []) {
        self.attempt = attempt
        self.messages = messages
        self.final = final
        self.joined = joined
    }
}

/// How an event ended.
public enum EventOutcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// The reply is shown in full.
    case answered
    /// Nobody can be shown the reply: the bot is blocked, or the chat is gone.
    case undeliverable
    /// Somebody stopped it, or deleted the reply while it was written; what was said by then stands.
    case stopped
    /// There was nothing to say.
    case ignored
}
