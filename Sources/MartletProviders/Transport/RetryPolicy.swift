/// Whether and when a request that failed before it said anything is sent again.
public struct RetryPolicy: Sendable, Hashable {
    /// How often at most; 0 never.
    public var maximumRetryCount = 3
    /// The longest first pause; it doubles with each further one.
    public var firstPause = Duration.milliseconds(500)
    /// The longest pause of our own choosing.
    public var longestPause = Duration.seconds(8)
    /// The longest pause that a server may ask for; one that asks for more is not waited for.
    public var longestRequestedPause = Duration.seconds(30)

    /// The usual.
    public init() {}

    /// What happens after a failure.
    enum Decision: Sendable, Hashable {
        /// The request is sent again after a pause.
        case retry(after: Duration)
        /// The failure is reported.
        case giveUp
    }

    /// Decides about a failure.
    ///
    /// - Parameters:
    ///   - retryCount: How often the request has been sent again already.
    ///   - random: A number from 0 up to 1; the pause is this share of the longest one ("full jitter"), so that many who
    ///     failed together don't come back together.
    func decision(after error: ProviderError, retryCount: Int, random: Double) -> Decision {
        guard error.isTransient, retryCount < maximumRetryCount else { return .giveUp }
        if let requested = error.retryAfter {
            guard requested <= longestRequestedPause else { return .giveUp }
            // A little later than asked, and not all at the same instant.
            return .retry(after: requested + .milliseconds(250) * random)
        }
        let ceiling = min(firstPause * (1 << min(retryCount, 20)), longestPause)
        return .retry(after: ceiling * random)
    }
}
