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

    /// Whether the model is to write something because of it.
    var asksForAnswer: Bool { action == .regenerate || action == .proceed }

    /// A press of a button whose data the bot did not write, or wrote with an earlier token: it does nothing, and its presser
    /// hears so instead of waiting.
    public static func meaningless(query: String, bot: BotID) -> ButtonPress {
        ButtonPress(query: query, action: .choose(""), question: EventID(bot: bot, update: 0), owner: nil)
    }

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
    /// - Parameter isChosen: Whether this is how things stand: the button shows it, and a press of it says so.
    public init(_ label: String, value: String, isChosen: Bool = false) {
        self.label = isChosen ? "✓ " + label : label
        self.value = isChosen ? value + Self.chosenMark : value
        precondition(self.value.utf8.count <= 24, "a choice has to fit into a button")
    }

    /// What a pressed button chooses, and whether it showed that things stood so already.
    static func reading(_ value: String) -> (value: String, wasChosen: Bool) {
        value.hasSuffix(chosenMark) ? (String(value.dropLast(chosenMark.count)), true) : (value, false)
    }

    private static let chosenMark = "!"
}
