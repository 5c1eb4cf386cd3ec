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
    /// Who of several speakers in the role it is.
    public var name: String?
    /// What an assistant's message asks to have run.
    public var toolCalls: [ToolCall] = []
    /// The call that a tool's message answers.
    public var toolCallID: String?

    /// Makes a message.
    public init(
        role: Role,
        content: String,
        name: String? = nil,
        toolCalls: [ToolCall] = [],
        toolCallID: String? = nil
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
    }

    /// An instruction to the model.
    public static func system(_ content: String) -> ChatMessage { ChatMessage(role: .system, content: content) }
    /// What a person said.
    public static func user(_ content: String) -> ChatMessage { ChatMessage(role: .user, content: content) }
    /// What the model answered.
    public static func assistant(_ content: String) -> ChatMessage { ChatMessage(role: .assistant, content: content) }
    /// What a tool returned for a call.
    public static func tool(_ content: String, answering id: String) -> ChatMessage {
        ChatMessage(role: .tool, content: content, toolCallID: id)
    }
}
