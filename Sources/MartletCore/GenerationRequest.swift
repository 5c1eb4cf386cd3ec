/// What to generate, and within which bounds.
public struct GenerationRequest: Sendable {
    /// What the model sees.
    public enum Input: Sendable {
        /// A conversation, rendered by the model's chat template.
        case messages([ChatMessage])
        /// Text that goes to the model as it stands (`--raw`); only the vocabulary's BOS rule applies.
        case text(String)
        /// Tokens that go to the model as they are.
        case tokens([TokenID])
    }

    /// Who goes first when there is more to do than fits a step.
    public enum Priority: Int, Sendable, Hashable, Comparable, CaseIterable {
        /// Work that nobody waits for.
        case background
        /// The default.
        case normal
        /// Somebody waits in front of a screen.
        case interactive

        /// Orders from background to interactive.
        public static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
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
    /// Functions that the model may ask to have run.
    public var tools: [ToolDefinition] = []
    /// Whether it has to.
    public var toolChoice = ToolChoice.automatic
    /// Whether it may ask for several at a time.
    public var allowsParallelToolCalls = true
    /// The form that the answer must have.
    public var constraint: OutputConstraint?
    /// With a number, scores of generated tokens are reported, each with this many alternatives; 0 to 20.
    public var alternativeCount: Int?
    /// Whether scores of the prompt's tokens are reported.
    public var scoresPrompt = false
    /// Further variables for the chat template, such as `enable_thinking`.
    public var templateVariables: JSONObject = [:]
    /// Who goes first.
    public var priority = Priority.normal
    /// The chat or the caller that the request belongs to; nil is a caller of its own.
    ///
    /// Steps are shared out fairly between different ones, and what is kept on disk for one can be erased by this name.
    public var owner: String?

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
