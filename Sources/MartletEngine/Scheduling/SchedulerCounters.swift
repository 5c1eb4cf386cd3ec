/// What a scheduler has decided and seen computed so far, for metrics.
public struct SchedulerCounters: Sendable, Hashable {
    /// Sequences that lost their blocks to others.
    public var preemptionCount = 0
    /// Prompt tokens that were computed; a token that is computed again after a pre-emption counts once.
    public var computedPromptTokenCount = 0
    /// Prompt tokens that were found in the cache.
    public var reusedPromptTokenCount = 0
    /// Tokens computed again after a pre-emption.
    public var recomputedTokenCount = 0
    /// Tokens drafted without the model.
    public var draftedTokenCount = 0
    /// Drafted tokens that the model confirmed.
    public var acceptedTokenCount = 0

    /// Nothing yet.
    public init() {}
}
