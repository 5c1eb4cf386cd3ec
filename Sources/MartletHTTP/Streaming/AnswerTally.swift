import MartletCore

/// What the generations of a request come to.
struct AnswerTally: Sendable {
    /// The ends of the choices, each where it has come.
    private(set) var summaries: [GenerationSummary?]
    /// Pieces of text and thinking so far, which are about as many as tokens.
    private(set) var pieceCount = 0
    private let choicesPerPrompt: Int

    /// Counts for so many choices, of which each run of `choicesPerPrompt` shares a prompt.
    init(choiceCount: Int, choicesPerPrompt: Int) {
        precondition(choiceCount > 0 && choicesPerPrompt > 0 && choiceCount % choicesPerPrompt == 0)
        summaries = Array(repeating: nil, count: choiceCount)
        self.choicesPerPrompt = choicesPerPrompt
    }

    /// Counts an event.
    mutating func note(_ event: GenerationEvent, choice: Int) {
        switch event {
        case .text, .thinking, .toolCall: pieceCount += 1
        case .finished(let summary): summaries[choice] = summary
        case .scores, .promptScores, .sources: break
        }
    }

    /// Whether every choice has ended.
    var isComplete: Bool { summaries.allSatisfy { $0 != nil } }

    /// The tokens of all choices; a prompt that several share counts once, and as reused counts what was there before them.
    var usage: Usage {
        var usage = Usage(promptTokenCount: 0, generatedTokenCount: 0)
        for (choice, summary) in summaries.enumerated() {
            guard let part = summary?.usage else { continue }
            if choice % choicesPerPrompt == 0 {
                usage.promptTokenCount += part.promptTokenCount
                usage.reusedTokenCount += part.reusedTokenCount
            }
            usage.generatedTokenCount += part.generatedTokenCount
            usage.thinkingTokenCount += part.thinkingTokenCount
            if let cost = part.cost { usage.cost = (usage.cost ?? 0) + cost }
        }
        return usage
    }
}
