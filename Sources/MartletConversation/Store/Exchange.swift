/// A question and what was answered to it.
public struct Exchange: Sendable, Hashable {
    /// What was asked.
    public var question: Turn
    /// What was answered; nil where nothing worth remembering was.
    public var answer: Turn?
    /// The messages that show the answer, by part.
    public var messages: [Int: MessageID]

    /// Makes an exchange.
    public init(question: Turn, answer: Turn?, messages: [Int: MessageID] = [:]) {
        self.question = question
        self.answer = answer
        self.messages = messages
    }
}

/// What an event leaves in its conversation's history.
public enum Remembrance: Sendable, Hashable {
    /// Nothing.
    case nothing
    /// These turns, at the end.
    case turns([Turn])
    /// Something that was said in a group and not to the bot, at the end; it is no question, so nothing is done about it later.
    ///
    /// Of a conversation's overheard turns the latest ``overheardLimit`` are kept.
    case overheard(Turn)
    /// The question alone, kept aside so that it can be asked again.
    case unanswered(Turn)
    /// Another answer to an earlier question, in the place of the old one.
    case answer(Turn, to: EventID)
    /// More of the answer to an earlier question: its whole text; the messages of this event become further parts of its own.
    case continuation(String, of: EventID)

    /// How many overheard turns a conversation keeps.
    public static let overheardLimit = 50
}
