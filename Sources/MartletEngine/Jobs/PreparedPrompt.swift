/// A request's input as tokens, fitted into the context.
public struct PreparedPrompt: Sendable, Hashable {
    /// What the model sees.
    public var tokens: [Int32]
    /// Turns that were left out.
    public var droppedTurnCount: Int
    /// Whether the answer begins inside the model's thinking, because the template opens it.
    public var startsThinking: Bool
    /// Whether the answer is a turn of its own rather than the continuation of a text.
    public var beginsTurn: Bool

    /// Makes a prompt.
    public init(
        tokens: [Int32],
        droppedTurnCount: Int = 0,
        startsThinking: Bool = false,
        beginsTurn: Bool = false
    ) {
        self.tokens = tokens
        self.droppedTurnCount = droppedTurnCount
        self.startsThinking = startsThinking
        self.beginsTurn = beginsTurn
    }
}
