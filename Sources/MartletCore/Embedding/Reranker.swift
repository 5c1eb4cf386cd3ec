/// Anything that says how well texts answer a question, reading both together (a cross-encoder).
public protocol Reranker: Sendable {
    /// What this reranker is.
    var information: RerankerInformation { get }

    /// The scores of `request`'s texts, in their order.
    ///
    /// - Throws: A ``ModelFailure`` whose description names the remedy; nothing is answered in part.
    func rank(_ request: RankRequest) async throws -> RankAnswer
}

/// What a reranker is, for people and for planning.
public struct RerankerInformation: Sendable, Hashable {
    /// A short name, such as the file's `general.name`.
    public var name: String
    /// Tokens that a question and a text may come to together.
    public var contextLength: Int
    /// Whether it runs in this process, so that no text leaves the machine.
    public var isLocal: Bool

    /// Makes a description.
    public init(name: String, contextLength: Int, isLocal: Bool = true) {
        self.name = name
        self.contextLength = contextLength
        self.isLocal = isLocal
    }
}

/// A question, and texts that may answer it.
public struct RankRequest: Sendable, Hashable {
    /// The question.
    public var query: String
    /// The texts.
    public var texts: [String]
    /// Whether a text is cut at its end when it and the question are too long together; otherwise the request fails.
    public var cutsLongTexts: Bool
    /// The request fails at this instant when it isn't done.
    public var deadline: ContinuousClock.Instant?
    /// The caller that the request belongs to; nil is a caller of its own.
    public var owner: String?

    /// Makes a request.
    public init(
        query: String,
        texts: [String],
        cutsLongTexts: Bool = false,
        deadline: ContinuousClock.Instant? = nil,
        owner: String? = nil
    ) {
        self.query = query
        self.texts = texts
        self.cutsLongTexts = cutsLongTexts
        self.deadline = deadline
        self.owner = owner
    }
}

/// How well texts answer a question.
public struct RankAnswer: Sendable, Hashable {
    /// A score for each text as the model gives it, before any squashing; the greater, the better.
    ///
    /// The logistic function makes probabilities of them.
    public var scores: [Float]
    /// The tokens of all pairs.
    public var tokenCount: Int

    /// Makes an answer.
    public init(scores: [Float], tokenCount: Int) {
        self.scores = scores
        self.tokenCount = tokenCount
    }
}
