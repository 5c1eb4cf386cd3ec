import MartletCore

/// Everything that one choice's generation said.
struct CollectedAnswer: Sendable {
    /// The answer.
    var text = ""
    /// The thinking before it.
    var thinking = ""
    /// The calls that it asks for.
    var toolCalls: [ToolCall] = []
    /// The scores of its tokens.
    var scores: [TokenScore] = []
    /// The scores of the prompt's tokens.
    var promptScores: [TokenScore] = []
    /// What it rests on.
    var sources: [AnswerSource] = []
    /// Its end.
    var summary: GenerationSummary?

    /// Takes in what a generation reports.
    mutating func add(_ event: GenerationEvent) {
        switch event {
        case .text(let piece): text += piece
        case .thinking(let piece): thinking += piece
        case .toolCall(let call): toolCalls.append(call)
        case .scores(let more): scores += more
        case .promptScores(let more): promptScores += more
        case .sources(let sources): self.sources = sources
        case .finished(let summary): self.summary = summary
        }
    }
}
