/// Anything that answers: a model run here, or an API elsewhere.
public protocol LanguageModel: Sendable {
    /// What this model is.
    var information: LanguageModelInformation { get }

    /// Answers `request` as a stream of events that ends with ``GenerationEvent/finished(_:)``.
    ///
    /// Dropping the stream, or cancelling the task that reads it, stops the generation within one token.
    /// - Throws: From the stream: a ``ModelFailure`` whose description names the remedy. Cancellation and deadlines are not errors.
    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error>

    /// Counts the tokens that `input` comes to when rendered.
    func tokenCount(of input: GenerationRequest.Input) async throws -> Int
}

/// What a model is, for people and for planning.
public struct LanguageModelInformation: Sendable, Hashable {
    /// A short name, such as the file's `general.name`.
    public var name: String
    /// Tokens that input and answer may come to together.
    public var contextLength: Int
    /// Whether it runs in this process, so that nothing said to it leaves the machine.
    public var isLocal: Bool

    /// Makes a description.
    public init(name: String, contextLength: Int, isLocal: Bool = true) {
        self.name = name
        self.contextLength = contextLength
        self.isLocal = isLocal
    }
}
