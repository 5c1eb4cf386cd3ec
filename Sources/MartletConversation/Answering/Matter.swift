import Logging

/// One event that is being dealt with, and everything that is known about it.
struct Matter: Sendable {
    /// The event; several that are one question as one.
    var event: InboundEvent
    /// The conversation that it belongs to.
    var key: ConversationKey
    /// What earlier attempts left.
    var progress: AnswerProgress
    /// What the chat has chosen.
    var chat: ChatSettings
    /// The language of the bot's own texts.
    var language: Language
    /// What others may do about the answer.
    var control: AnswerControl
    var logger: Logger

    /// The events that end with this one, itself first.
    var events: [EventID] { [event.id] + progress.joined }
}

/// What an answer is shown as, and what it leaves in the history.
struct Subject: Sendable {
    /// What the reply answers as it is shown; buttons under it name this event.
    var shown: InboundEvent
    /// The messages that are rewritten.
    var messages: [Int: MessageID]
    /// The event under which new messages are recorded.
    var recorder: EventID
    /// What is remembered.
    var memory: Memory

    /// What is remembered.
    enum Memory: Sendable {
        /// Nothing: the bot speaks about itself.
        case none
        /// The question and its answer.
        case exchange(Turn)
        /// Another answer to an earlier question.
        case again(Exchange)
        /// More of an earlier answer.
        case further(Exchange)
    }
}

/// What is left to do when an event was dealt with.
struct Aftermath: Sendable {
    /// Events that turned out to be questions of their own.
    var left: [InboundEvent] = []
    /// A conversation of which a part is no longer shown to the model.
    var summarizing: ConversationKey?
    /// A chat that got another number.
    var migration: (from: ConversationKey, to: ChatID)?
}
