/// What an embedder or a reranker has done since it was loaded, for metrics.
public struct EmbeddingStatistics: Sendable, Hashable {
    /// Requests that were answered.
    public var requestCount = 0
    /// Texts or pairs that the model read.
    public var textCount = 0
    /// Tokens that the model read.
    public var tokenCount = 0
    /// Batches that they were read in.
    public var batchCount = 0
    /// Texts whose vectors were remembered.
    public var cacheHitCount = 0
    /// Texts that shared the reading of an equal one, of the same request or of another one.
    public var sharedCount = 0
    /// Requests that run or wait.
    public var liveRequestCount = 0
    /// Tokens that wait.
    public var waitingTokenCount = 0
    /// Vectors that are remembered.
    public var cachedCount = 0
    /// The time that the model spent reading.
    public var readingDuration = Duration.zero

    /// Nothing yet.
    public init() {}
}
