/// Who speaks in a message.
public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
    case system
    case user
    case assistant
    case tool
}

/// One turn of a conversation, as text.
public struct ChatMessage: Sendable, Hashable, Codable {
    /// Who speaks.
    public var role: Role
    /// What is said; text that looks like a model's special token stays text.
    public var content: String

    /// Makes a message.
    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }

    /// An instruction to the model.
    public static func system(_ content: String) -> ChatMessage { ChatMessage(role: .system, content: content) }
    /// What a person said.
    public static func user(_ content: String) -> ChatMessage { ChatMessage(role: .user, content: content) }
    /// What the model answered.
    public static func assistant(_ content: String) -> ChatMessage { ChatMessage(role: .assistant, content: content) }
}
