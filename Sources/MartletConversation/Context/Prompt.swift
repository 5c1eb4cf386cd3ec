import MartletCore

/// What a model is shown.
struct Prompt: Sendable, Hashable {
    /// The persona, the past and the question.
    var messages: [ChatMessage]
    /// Tokens of all that, about.
    var tokenCount: Int
    /// Turns that are no longer shown and that no summary covers.
    var leftOut: [Turn] = []

    /// Whether there are such turns.
    var hasLeftOut: Bool { !leftOut.isEmpty }

    /// The messages with those that people said one after the other as one, because many models' templates want them to take turns
    /// with the model.
    private static func taking(turns messages: [ChatMessage]) -> [ChatMessage] {
        messages.reduce(into: []) { result, message in
            if message.role == .user, let last = result.last, last.role == .user {
                result[result.count - 1] = .user(last.content + "\n" + message.content)
            } else {
                result.append(message)
            }
        }
    }

    /// Puts a prompt together.
    /// - Parameters:
    ///   - persona: The instruction.
    ///   - history: What was said before, oldest first.
    ///   - count: The most past messages.
    ///   - ending: What comes last and is never left out.
    ///   - tokenLimit: Tokens that all of it may have together.
    init(
        persona: String,
        summary: Conversation.Summary?,
        history: [Turn],
        count: Int,
        ending: [ChatMessage],
        tokenLimit: Int,
        estimate: TokenEstimate
    ) {
        let ending = ending.map(Speaker.labelled)
        let note = summary.map { Quotation.block("What was said earlier, in short", $0.text) }
        let instruction = [persona, count > 0 ? note ?? "" : ""].filter { !$0.isEmpty }.joined(separator: "\n\n")
        let frame = (instruction.isEmpty ? [] : [ChatMessage.system(instruction)]) + ending
        let frameCount = frame.reduce(0) { $0 + estimate.tokens(of: $1) }
        let shown = ContextWindow.latest(of: history, count: count, tokenLimit: tokenLimit - frameCount) {
            estimate.tokens(of: $0.message)
        }
        let past = shown.map { Speaker.labelled($0.message) }
        messages = frame.prefix(instruction.isEmpty ? 0 : 1) + Self.taking(turns: past + ending)
        tokenCount = frameCount + past.reduce(0) { $0 + estimate.tokens(of: $1) }
        guard count > 0 else { return }
        leftOut = history[..<shown.startIndex].filter { ($0.position ?? 0) > summary?.through ?? 0 }
    }
}
