public import FoundationEssentials
public import MartletCore

/// What is remembered of one conversation.
public struct Conversation: Sendable, Hashable {
    /// The latest turns, oldest first.
    public var turns: [Turn]
    /// How many past messages the model sees, where the chat has chosen; nil follows the configuration.
    public var contextLength: Int?

    /// Makes a conversation.
    public init(turns: [Turn] = [], contextLength: Int? = nil) {
        self.turns = turns
        self.contextLength = contextLength
    }
}

/// One message of a conversation, as remembered.
public struct Turn: Sendable, Hashable {
    /// Who spoke and what was said.
    public var message: ChatMessage
    /// When.
    public var date: Date

    /// Makes a turn.
    public init(_ message: ChatMessage, date: Date) {
        self.message = message
        self.date = date
    }
}
