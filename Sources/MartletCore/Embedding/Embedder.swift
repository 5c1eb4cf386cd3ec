/// Anything that turns texts into vectors: a model run here, or an API elsewhere.
public protocol Embedder: Sendable {
    /// What this embedder is.
    var information: EmbedderInformation { get }

    /// The vectors of `request`'s texts, in their order.
    ///
    /// Cancelling the task gives the texts up that were not begun.
    /// - Throws: A ``ModelFailure`` whose description names the remedy; nothing is answered in part.
    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingAnswer
}

/// What an embedder is, for people and for planning.
public struct EmbedderInformation: Sendable, Hashable {
    /// A short name, such as the file's `general.name`.
    public var name: String
    /// Values of a vector as the model gives it.
    public var width: Int
    /// Tokens that a text and its instruction may come to together.
    public var contextLength: Int
    /// Whether it runs in this process, so that no text leaves the machine.
    public var isLocal: Bool
    /// What the vectors are made of and where that is written, a line for each part: pooling, dense layers, length.
    public var sources: [String]

    /// Makes a description.
    public init(name: String, width: Int, contextLength: Int, isLocal: Bool = true, sources: [String] = []) {
        self.name = name
        self.width = width
        self.contextLength = contextLength
        self.isLocal = isLocal
        self.sources = sources
    }
}
