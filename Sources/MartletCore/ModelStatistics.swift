/// Counts of a model's work since it was loaded, for metrics.
public struct ModelStatistics: Sendable, Hashable {
    /// Requests that are being computed.
    public var activeRequestCount = 0
    /// Requests that wait for room.
    public var waitingRequestCount = 0
    /// Requests that ended, for whatever reason.
    public var finishedRequestCount = 0
    /// Sequences that lost their memory to others and were computed again.
    public var preemptionCount = 0
    /// Prompt tokens that were computed.
    public var computedPromptTokenCount = 0
    /// Prompt tokens whose keys and values were still in memory.
    public var reusedPromptTokenCount = 0
    /// Prompt tokens whose keys and values were read back from disk.
    public var restoredPromptTokenCount = 0
    /// Tokens generated.
    public var generatedTokenCount = 0
    /// Tokens drafted without the model.
    public var draftedTokenCount = 0
    /// Of these, tokens that the model confirmed.
    public var acceptedTokenCount = 0
    /// Steps computed.
    public var stepCount = 0
    /// Time spent in steps.
    public var stepDuration = Duration.zero
    /// Blocks of the key/value cache.
    public var cacheBlockCount = 0
    /// Of these, blocks that running requests hold.
    public var usedCacheBlockCount = 0
    /// Blocks that nobody holds and whose content later requests may find.
    public var reusableCacheBlockCount = 0
    /// Snapshots of prefixes written to disk.
    public var snapshotWriteCount = 0
    /// Snapshots read back.
    public var snapshotReadCount = 0
    /// Snapshots thrown away as damaged.
    public var snapshotFailureCount = 0

    /// Nothing yet.
    public init() {}
}

/// A model that counts its work.
public protocol ModelObserving: LanguageModel {
    /// The counts so far; cheap, callable from any thread.
    var statistics: ModelStatistics { get }
}

/// A model whose tokens can be looked at.
public protocol TokenCoding: LanguageModel {
    /// The text's tokens.
    ///
    /// - Parameters:
    ///   - addingSpecialTokens: Whether those that begin or end a text by the vocabulary's rule are added.
    ///   - parsingSpecialTokens: Whether the names of special tokens in the text stand for these tokens.
    func encode(_ text: String, addingSpecialTokens: Bool, parsingSpecialTokens: Bool) throws -> [TokenID]

    /// The tokens' bytes, one after the other; special tokens come by their names.
    ///
    /// - Throws: A ``ModelFailure`` for a token outside the vocabulary.
    func decode(_ tokens: [TokenID]) throws -> [UInt8]
}
