/// What is asked in a month, and how long an answer takes.
public struct Workload: Sendable, Hashable, Codable {
    /// Messages that are answered in a month.
    public var messageCount: Double
    /// Tokens of a message with all that goes before it.
    public var promptTokenCount: Int
    /// Of these, tokens that a hosted model finds in its cache.
    public var cachedTokenCount: Int
    /// Tokens of an answer.
    public var answerTokenCount: Int
    /// Seconds that an answer takes in a warm function.
    public var secondsPerMessage: Double
    /// Cold starts in a month.
    public var coldStartCount: Double
    /// Seconds that a cold start takes; they are billed.
    public var coldStartSeconds: Double

    /// Makes a workload.
    public init(
        messageCount: Double,
        promptTokenCount: Int = 100,
        cachedTokenCount: Int = 0,
        answerTokenCount: Int = 100,
        secondsPerMessage: Double,
        coldStartCount: Double = 0,
        coldStartSeconds: Double = 0
    ) {
        self.messageCount = messageCount
        self.promptTokenCount = promptTokenCount
        self.cachedTokenCount = cachedTokenCount
        self.answerTokenCount = answerTokenCount
        self.secondsPerMessage = secondsPerMessage
        self.coldStartCount = coldStartCount
        self.coldStartSeconds = coldStartSeconds
    }

    /// The same with another number of messages; cold starts stay in proportion.
    public func scaled(to count: Double) -> Workload {
        var other = self
        other.messageCount = count
        other.coldStartCount = messageCount > 0 ? coldStartCount * count / messageCount : coldStartCount
        return other
    }

    /// Tokens in a month.
    public var tokenCount: Double { messageCount * Double(promptTokenCount + answerTokenCount) }
}
