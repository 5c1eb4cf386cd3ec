/// How much a caller may use; nil is no limit.
public struct CallerLimits: Sendable, Hashable {
    /// Generations that may begin in a minute.
    public var requestsPerMinute: Int?
    /// Tokens, of prompts and answers together, in a minute.
    public var tokensPerMinute: Int?
    /// Tokens in a day.
    public var tokensPerDay: Int?
    /// Generations that may run at the same time.
    public var concurrentRequests: Int?

    /// Makes limits; each at least 1 where it is given.
    public init(
        requestsPerMinute: Int? = nil,
        tokensPerMinute: Int? = nil,
        tokensPerDay: Int? = nil,
        concurrentRequests: Int? = nil
    ) {
        for limit in [requestsPerMinute, tokensPerMinute, tokensPerDay, concurrentRequests] {
            precondition(limit ?? 1 >= 1, "a limit is at least 1")
        }
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.tokensPerDay = tokensPerDay
        self.concurrentRequests = concurrentRequests
    }

    /// These limits, with `others` where there are none.
    public func filled(from others: CallerLimits) -> CallerLimits {
        CallerLimits(
            requestsPerMinute: requestsPerMinute ?? others.requestsPerMinute,
            tokensPerMinute: tokensPerMinute ?? others.tokensPerMinute,
            tokensPerDay: tokensPerDay ?? others.tokensPerDay,
            concurrentRequests: concurrentRequests ?? others.concurrentRequests
        )
    }
}
