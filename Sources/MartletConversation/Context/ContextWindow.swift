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
        let past = latest(of: history, count: count, tokenLimit: .max) { _ in 0 }.map(\.message)
        return (persona.isEmpty ? [] : [.system(persona)]) + past + [.user(question)]
    }

    /// The latest turns that fit, from a person's message on.
    /// - Parameters:
    ///   - count: At most so many.
    ///   - tokenLimit: At most so many tokens together.
    ///   - measure: The tokens of a turn.
    public static func latest(
        of history: [Turn],
        count: Int,
        tokenLimit: Int,
        measure: (Turn) -> Int
    ) -> ArraySlice<Turn> {
        var left = tokenLimit
        var start = history.endIndex
        for index in history.indices.suffix(max(0, count)).reversed() {
            left -= measure(history[index])
            guard left >= 0 else { break }
            start = index
        }
        return history[start...].drop { $0.message.role != .user }
    }
}
