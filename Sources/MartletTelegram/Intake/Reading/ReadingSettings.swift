public import MartletConversation

/// How updates are read.
public struct ReadingSettings: Sendable {
    /// Names that the bot listens to at the start of a message in a group.
    public var names: [TriggerName] = []
    /// Whether what is said in a group without turning to the bot is an event as well, with `.none` as its addressing.
    public var keepsAmbientMessages = false
    /// Reads the data of a pressed button; nil for data that the bot did not make.
    public var readButton: @Sendable (_ data: String) -> ButtonMeaning? = { _ in nil }

    /// Listens to no names, and knows no buttons.
    public init() {}
}

/// What a button's data says.
public struct ButtonMeaning: Sendable, Hashable {
    /// What the button does.
    public var action: ReplyAction
    /// The event whose reply has the button.
    public var question: EventID
    /// Who may press it; nil for everybody in the chat.
    public var owner: UserID?

    /// Makes a meaning.
    public init(action: ReplyAction, question: EventID, owner: UserID?) {
        self.action = action
        self.question = question
        self.owner = owner
    }
}
