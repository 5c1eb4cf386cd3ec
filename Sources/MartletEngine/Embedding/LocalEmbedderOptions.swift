public import MartletModel
public import MartletWeights

/// How a model that embeds texts is loaded.
public struct LocalEmbedderOptions: Sendable {
    /// Worker threads; nil takes as many as the process may use.
    public var threadCount: Int?
    /// The kernel table's name; nil takes the best that this machine runs.
    public var kernels: String?
    /// How rows become one vector, in the place of what the file says.
    public var pooling: PoolingKind?
    /// What becomes of instructions, in the place of what the file says.
    public var instructions: InstructionHandling?
    /// Tokens of a text at most; nil takes the model's own limit, of a decoder's at most 8192.
    public var contextLength: Int?
    /// Tokens that are read together at most, though one text always goes; nil takes what a model of this size reads in
    /// some tenths of a second on two cores, which is what a small request may have to wait for.
    public var batchTokenCount: Int?
    /// Bytes of vectors that are remembered; 0 remembers none.
    public var cacheByteCount = 32 << 20
    /// Requests that run and wait together at most; one more fails with ``EngineError/Code/busy``.
    public var requestLimit = 256
    /// Tokens that wait at most; a request beyond them fails with ``EngineError/Code/busy`` unless nothing waits.
    public var waitingTokenLimit = 4 << 20
    /// When the file's weights are read.
    public var reading = ReadingMode.auto

    /// The defaults.
    public init() {}
}

/// What a model does with the instruction of a text.
public enum InstructionHandling: String, Sendable, Hashable, CaseIterable {
    /// The text begins with it, as it is: e5's `query: ` and its kin.
    case included
    /// The model reads it, stripped and directly before the stripped text, and the mean leaves it out: Instructor.
    ///
    /// - SeeAlso: Su et al. 2023, "One Embedder, Any Task", arXiv:2212.09741.
    case excluded
}
