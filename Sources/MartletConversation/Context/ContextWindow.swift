public import MartletCore

/// Chooses what the model sees of a conversation.
public enum ContextWindow {
    /// The persona, at most `count` past messages and the question.
    ///
    /// The past begins with a person's message, because many models' templates allow nothing else; so an odd count may
    /// show one message less.
    public static func messages(
        persona: String,
        history: [Turn],
        count: Int,
        question: String
    ) -> [ChatMessage] {
        let past = history.suffix(max(0, count)).drop { $0.message.role != .user }.map(\.message)
        return (persona.isEmpty ? [] : [.system(persona)]) + past + [.user(question)]
    }
}
