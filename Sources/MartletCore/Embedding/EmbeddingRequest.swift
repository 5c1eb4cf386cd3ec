/// Texts to turn into vectors.
public struct EmbeddingRequest: Sendable, Hashable {
    /// The texts.
    public var inputs: [EmbeddingInput]
    /// The first values of each vector that are wanted, brought to length 1 again (Matryoshka); nil for all of them.
    public var dimensions: Int?
    /// Whether a text beyond the model's length is cut at its end; otherwise it fails the request with an error that names
    /// the length.
    public var cutsLongTexts: Bool
    /// Whether vectors have length 1; nil leaves that to the model.
    public var normalizes: Bool?
    /// The request fails at this instant when it isn't done.
    public var deadline: ContinuousClock.Instant?
    /// The caller that the request belongs to, among whom work is shared out fairly; nil is a caller of its own.
    public var owner: String?

    /// Makes a request.
    public init(
        _ inputs: [EmbeddingInput],
        dimensions: Int? = nil,
        cutsLongTexts: Bool = false,
        normalizes: Bool? = nil,
        deadline: ContinuousClock.Instant? = nil,
        owner: String? = nil
    ) {
        self.inputs = inputs
        self.dimensions = dimensions
        self.cutsLongTexts = cutsLongTexts
        self.normalizes = normalizes
        self.deadline = deadline
        self.owner = owner
    }
}

/// A text to turn into a vector.
public struct EmbeddingInput: Sendable, Hashable {
    /// What a text is given as.
    public enum Content: Sendable, Hashable {
        /// Words, which never become special tokens.
        case text(String)
        /// Tokens that go to the model as they are, special ones included.
        case tokens([TokenID])
    }

    /// The text.
    public var content: Content
    /// What the text is for, in the model's own way of saying it.
    ///
    /// Instructor models read it and leave it out of the mean; others read it as the beginning of the text.
    public var instruction: String?

    /// Makes an input.
    public init(_ content: Content, instruction: String? = nil) {
        self.content = content
        self.instruction = instruction
    }

    /// A text with or without an instruction.
    public init(_ text: String, instruction: String? = nil) {
        self.init(.text(text), instruction: instruction)
    }
}

/// The vectors of texts.
public struct EmbeddingAnswer: Sendable, Hashable {
    /// A vector for each input, `[dimensions]`.
    public var vectors: [[Float]]
    /// The tokens of each input, special ones and its instruction's included, as the model read them.
    public var tokenCounts: [Int]
    /// The inputs that were cut.
    public var cutInputs: [Int]

    /// The tokens of all inputs.
    public var tokenCount: Int { tokenCounts.reduce(0, +) }

    /// Makes an answer.
    public init(vectors: [[Float]], tokenCounts: [Int], cutInputs: [Int] = []) {
        self.vectors = vectors
        self.tokenCounts = tokenCounts
        self.cutInputs = cutInputs
    }
}
