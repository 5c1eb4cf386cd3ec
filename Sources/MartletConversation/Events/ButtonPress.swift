/// A press of a button under one of the bot's messages.
public struct ButtonPress: Sendable, Hashable, Codable {
    /// The platform's number for the press, which its answer names.
    public var query: String
    /// What the button does.
    public var action: ReplyAction
    /// The event whose reply has the button.
    public var question: EventID
    /// Who may press it; nil for everybody in the chat.
    public var owner: UserID?

    /// Makes a press.
    public init(query: String, action: ReplyAction, question: EventID, owner: UserID?) {
        self.query = query
        self.action = action
        self.question = question
        self.owner = owner
    }
}

/// What a button does.
public enum ReplyAction: Sendable, Hashable, Codable {
    /// Ends the growing reply.
    case stop
    /// Answers the question anew.
    case regenerate
    /// Goes on where the reply ended.
    case proceed
    /// Chooses something; the words mean something to whoever offered the choice, at most 24 bytes of UTF-8.
    case choose(String)
}

/// A button that offers a choice.
public struct ReplyChoice: Sendable, Hashable, Codable {
    /// What it says.
    public var label: String
    /// What pressing it chooses; at most 24 bytes of UTF-8.
    public var value: String

    /// Makes a choice.
    public init(_ label: String, value: String) {
        precondition(value.utf8.count <= 24, "a choice has to fit into a button")
        self.label = label
        self.value = value
    }
}
