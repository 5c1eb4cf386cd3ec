/// How answers come from documents.
public struct KnowledgeSettings: Sendable, Hashable {
    /// What happens to a question that no passage fits.
    public enum Fallback: String, Sendable, Hashable, CaseIterable {
        /// It is told that the documents say nothing about it.
        case refuse
        /// The model answers from what it knows, with a note that the documents say nothing about it.
        case answer
    }

    /// How answers are made of passages.
    public enum Style: String, Sendable, Hashable, CaseIterable {
        /// The model writes them, unless its context is too short to read passages: then as ``quote``.
        case automatic = "auto"
        /// The model writes them.
        case model
        /// The best passage itself is the answer, word by word; no model is asked. For models too small to read passages.
        case quote
    }

    /// What happens to a question that no passage fits.
    public var whenNothingFits = Fallback.refuse
    /// How answers are made of passages.
    public var style = Style.automatic
    /// The most passages that a model is shown.
    public var passageCount = 5
    /// The most tokens that they may have together; a third of the model's context where that is less.
    public var maximumTokenCount = 1600
    /// The language of the bot's own words; nil takes the question's.
    public var language: Language?

    /// The usual settings.
    public init() {}

    /// Whether the best passage is the answer for a model with this context.
    func quotes(within contextLength: Int) -> Bool {
        style == .quote || style == .automatic && contextLength < Self.readingContextLength
    }

    /// Tokens that a model's context has at least for it to make something of passages.
    private static let readingContextLength = 2048

    /// The tokens that passages may take of a context.
    func tokenCount(within contextLength: Int) -> Int { min(maximumTokenCount, contextLength / 3) }
}
