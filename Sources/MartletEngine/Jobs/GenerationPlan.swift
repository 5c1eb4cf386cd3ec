public import MartletCore

/// Everything that a generation needs on the engine's thread.
public struct GenerationPlan: Sendable {
    /// The first prompt.
    public var prompt: PreparedPrompt
    /// How tokens are chosen.
    public var sampling: SamplingOptions
    /// The sequence breakers of DRY, as tokens.
    public var breakers: [[Int32]] = []
    /// Tokens that end the answer.
    public var endTokens: Set<Int32> = []
    /// Tokens of the answer at most; nil goes on to the end of the context.
    public var maximumTokenCount: Int?
    /// When the answer ends, keeping what was said.
    public var deadline: ContinuousClock.Instant?
    /// Tokens that prompt and answer come to together at most.
    public var contextLength: Int
    /// Turns tokens into events.
    public var pipeline: TextPipeline
    /// The form that the answer must have, at its beginning.
    public var constraint: (any TokenConstraint)?
    /// Whether tokens may be guessed and computed ahead; it changes the time that an answer takes, never the answer.
    public var speculates = false
    /// What is reported of generated tokens.
    package var scores: TokenScorer.Wish?
    /// What is reported of the prompt's tokens, all of which are computed then.
    package var promptScores: TokenScorer.Wish?
    /// Who goes first when there is more to do than fits.
    public var priority = GenerationRequest.Priority.normal
    /// Who the work is charged to; nil is somebody of its own.
    public var owner: String?
    /// Makes room when the context is full: a shorter prompt that ends with the answer so far, or nil when there is
    /// none.
    public var continuation: (@Sendable (_ answer: [Int32]) throws -> PreparedPrompt?)?

    /// Makes a plan; see the properties.
    public init(prompt: PreparedPrompt, sampling: SamplingOptions, contextLength: Int, pipeline: TextPipeline) {
        self.prompt = prompt
        self.sampling = sampling
        self.contextLength = contextLength
        self.pipeline = pipeline
    }
}

extension GenerationPlan {
    /// Refuses what beam search doesn't do: scores of tokens that it may never choose, and forms.
    ///
    /// - Throws: ``EngineError/Code/invalidOption`` naming the field.
    func checkBeams() throws(EngineError) {
        guard sampling.beams != nil else { return }
        let (isScored, isConstrained) = (scores != nil || promptScores != nil, constraint != nil)
        guard isScored || isConstrained else { return }
        throw EngineError(
            .invalidOption,
            isScored
                ? "beam search reports no scores of tokens" : "beam search can't hold an answer to a form",
            remedy: isScored ? "Leave out logprobs, or the beams" : "Leave out response_format, or the beams",
            parameter: isScored ? "logprobs" : "response_format"
        )
    }
}
