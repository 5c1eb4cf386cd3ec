/// What a generation reports while it runs: any number of other events, then exactly one `finished`.
public enum GenerationEvent: Sendable, Hashable {
    /// The next piece of the answer; whole Unicode scalars, never empty.
    case text(String)
    /// The next piece of a reasoning model's thinking, which is not part of the answer.
    case thinking(String)
    /// A function that the model asks to have run, complete.
    case toolCall(ToolCall)
    /// The scores of the prompt's tokens; once, first, and only where ``GenerationRequest/scoresPrompt`` asks for it.
    case promptScores([TokenScore])
    /// The scores of generated tokens, before the text that they complete; only where
    /// ``GenerationRequest/alternativeCount`` asks for it.
    case scores([TokenScore])
    /// The documents' passages that the answer rests on; once, after the answer's text, and only from a model that looks things up.
    case sources([AnswerSource])
    /// The end, on every path but a thrown error.
    case finished(GenerationSummary)
}

/// Why a generation ended.
public enum FinishReason: String, Sendable, Hashable, Codable {
    /// The model ended its turn.
    case endOfTurn
    /// A stop string came.
    case stopString
    /// The model asked for tools to be run.
    case toolCalls
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
    /// Of these, tokens whose keys and values were still in memory or on disk and were not computed again.
    public var reusedTokenCount: Int
    /// Tokens of the answer, thinking included.
    public var generatedTokenCount: Int
    /// Of these, tokens of thinking.
    public var thinkingTokenCount: Int
    /// What the generation cost, in US dollars; nil where it costs nothing or no price is known.
    public var cost: Double?

    /// Makes a count.
    public init(
        promptTokenCount: Int,
        reusedTokenCount: Int = 0,
        generatedTokenCount: Int,
        thinkingTokenCount: Int = 0,
        cost: Double? = nil
    ) {
        self.promptTokenCount = promptTokenCount
        self.reusedTokenCount = reusedTokenCount
        self.generatedTokenCount = generatedTokenCount
        self.thinkingTokenCount = thinkingTokenCount
        self.cost = cost
    }
}

/// The end of a generation: why, how much, how long.
public struct GenerationSummary: Sendable, Hashable {
    /// Why it ended.
    public var reason: FinishReason
    /// How many tokens.
    public var usage: Usage
    /// From the request to the start of its computation.
    public var queueDuration: Duration
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
        queueDuration: Duration = .zero,
        promptDuration: Duration = .zero,
        generationDuration: Duration = .zero,
        droppedTurnCount: Int = 0
    ) {
        self.reason = reason
        self.usage = usage
        self.queueDuration = queueDuration
        self.promptDuration = promptDuration
        self.generationDuration = generationDuration
        self.droppedTurnCount = droppedTurnCount
    }
}
