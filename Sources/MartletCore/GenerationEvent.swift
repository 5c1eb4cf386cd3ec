/// What a generation reports while it runs: any number of texts, then exactly one `finished`.
public enum GenerationEvent: Sendable, Hashable {
    /// The next piece of the answer; whole Unicode scalars, never empty.
    case text(String)
    /// The next piece of a reasoning model's thinking, which is not part of the answer.
    case thinking(String)
    /// The end, on every path but a thrown error.
    case finished(GenerationSummary)
}

/// Why a generation ended.
public enum FinishReason: String, Sendable, Hashable, Codable {
    /// The model ended its turn.
    case endOfTurn
    /// A stop string came.
    case stopString
    /// The token limit or the end of the context was reached.
    case length
    /// The request's deadline passed.
    case deadline
    /// Whoever asked no longer listens, or said stop.
    case cancelled
}

/// Tokens of one generation.
public struct Usage: Sendable, Hashable, Codable {
    /// Tokens of the rendered input.
    public var promptTokenCount: Int
    /// Of these, tokens whose keys and values were still in memory and were not computed again.
    public var reusedTokenCount: Int
    /// Tokens of the answer.
    public var generatedTokenCount: Int

    /// Makes a count.
    public init(promptTokenCount: Int, reusedTokenCount: Int = 0, generatedTokenCount: Int) {
        self.promptTokenCount = promptTokenCount
        self.reusedTokenCount = reusedTokenCount
        self.generatedTokenCount = generatedTokenCount
    }
}

/// The end of a generation: why, how much, how long.
public struct GenerationSummary: Sendable, Hashable {
    /// Why it ended.
    public var reason: FinishReason
    /// How many tokens.
    public var usage: Usage
    /// From the start of the prompt's computation to its first token.
    public var promptDuration: Duration
    /// From the first token to the last.
    public var generationDuration: Duration
    /// Turns of the conversation that were left out because the context was too small for them.
    public var droppedTurnCount: Int

    /// Makes a summary.
    public init(
        reason: FinishReason,
        usage: Usage,
        promptDuration: Duration = .zero,
        generationDuration: Duration = .zero,
        droppedTurnCount: Int = 0
    ) {
        self.reason = reason
        self.usage = usage
        self.promptDuration = promptDuration
        self.generationDuration = generationDuration
        self.droppedTurnCount = droppedTurnCount
    }
}
