/// Whether and when a request is sent again.
///
/// - SeeAlso: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
public struct AWSRetryPolicy: Sendable, Hashable {
    /// How often at most; 0 never.
    public var maximumRetryCount = 5
    /// The longest first pause; it doubles with each further one.
    public var firstPause = Duration.milliseconds(50)
    /// The longest first pause after throttling.
    public var firstThrottlingPause = Duration.milliseconds(300)
    /// The longest pause.
    public var longestPause = Duration.seconds(5)
    /// Retries that are saved up for bad times, for all that share a client; a success earns a tenth of one.
    public var budget = 100

    /// The usual.
    public init() {}

    /// How long to wait before an error's request is sent again, or nil where it is not.
    ///
    /// - Parameters:
    ///   - retryCount: How often the request has been sent again already.
    ///   - random: A number from 0 up to 1; the pause is this share of the longest one ("full jitter"), so that many who
    ///     failed together don't come back together.
    func pause(after error: AWSError, isIdempotent: Bool, retryCount: Int, random: Double) -> Duration? {
        guard retryCount < maximumRetryCount, error.isTransient, isIdempotent || error.isUnexecuted else { return nil }
        let first = error.isThrottling ? firstThrottlingPause : firstPause
        let pause = min(first * (1 << min(retryCount, 20)), longestPause) * random
        return max(pause, min(error.retryAfter ?? .zero, longestPause))
    }
}
