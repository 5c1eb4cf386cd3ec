/// What to generate, and within which bounds.
public struct GenerationRequest: Sendable {
    /// What the model sees.
    public enum Input: Sendable {
        /// A conversation, rendered by the model's chat template.
        case messages([ChatMessage])
        /// Text that goes to the model as it stands (`--raw`); only the vocabulary's BOS rule applies.
        case text(String)
    }

    /// What happens when the input and the answer do not fit the model's context together.
    public enum ContextOverflow: Sendable {
        /// The oldest turns are left out, system messages and the last user message kept; a raw text loses its beginning.
        case dropOldestTurns
        /// The request fails with an error that names both sizes.
        case fail
    }

    /// What the model sees.
    public var input: Input
    /// How each token is chosen.
    public var sampling: SamplingOptions
    /// At most this many tokens are generated; nil goes on to the end of the context.
    public var maximumTokenCount: Int?
    /// Generation ends before the first of these texts; none of them reaches the caller.
    public var stopStrings: [String]
    /// Generation ends at this instant with ``FinishReason/deadline``, keeping what was said.
    public var deadline: ContinuousClock.Instant?
    /// What happens when the context is too small.
    public var contextOverflow: ContextOverflow

    /// Makes a request; everything but the input has a default.
    public init(
        _ input: Input,
        sampling: SamplingOptions = SamplingOptions(),
        maximumTokenCount: Int? = nil,
        stopStrings: [String] = [],
        deadline: ContinuousClock.Instant? = nil,
        contextOverflow: ContextOverflow = .dropOldestTurns
    ) {
        self.input = input
        self.sampling = sampling
        self.maximumTokenCount = maximumTokenCount
        self.stopStrings = stopStrings
        self.deadline = deadline
        self.contextOverflow = contextOverflow
    }
}
