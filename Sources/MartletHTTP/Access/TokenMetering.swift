public import HTTPTypes
public import MartletCore
import Synchronization

/// What callers have models do.
public enum MeteredWork: Sendable, Hashable {
    /// Text is generated.
    case generation
    /// Texts are read, for vectors or ranks.
    case encoding
}

/// Counts what callers have models do, and keeps them within their limits.
public protocol TokenMetering: Sendable {
    /// Lets work begin.
    ///
    /// Called once for each request, before the model is asked. The estimate is taken from the caller's tokens at once, and
    /// corrected when the lease is settled.
    /// - Parameters:
    ///   - model: The served model's id.
    ///   - estimatedTokenCount: Tokens of the prompt, and those of the answer as far as they are known; at least 0.
    /// - Throws: ``APIError/rateLimited(_:retryAfter:headers:)`` where a limit is reached.
    func begin(
        _ work: MeteredWork,
        caller: Caller,
        model: String,
        estimatedTokenCount: Int
    ) throws(APIError) -> GenerationLease
}

/// A generation or other work that a caller is allowed, from its begin to its end.
///
/// It ends once: by ``settle(_:summaries:)`` or ``settle(tokenCount:textCount:)``, by ``release(_:)``, or by being dropped, which releases it; so a response that
/// is thrown away before its first byte holds nothing.
public final class GenerationLease: Sendable {
    /// What the work comes to.
    public enum Outcome: Sendable, Hashable {
        /// It ended; with the tokens of all choices together, and each choice's end.
        case settled(Usage, [GenerationSummary])
        /// So many texts of so many tokens were read.
        case encoded(tokenCount: Int, textCount: Int)
        /// It failed or was given up, after these tokens.
        case released(Usage)
    }

    /// The `x-ratelimit-…` fields of the response; empty where the caller has no limits.
    public let headers: HTTPFields
    private let begin = ContinuousClock.now
    private let state: Mutex<State>
    private let onFirstToken: @Sendable (Duration) -> Void
    private let onEnd: @Sendable (Outcome) -> Void

    private struct State {
        var hasToken = false
        var hasEnded = false
    }

    /// Makes a lease.
    /// - Parameters:
    ///   - onFirstToken: Called at most once, with the time since the begin.
    ///   - onEnd: Called exactly once.
    public init(
        headers: HTTPFields = [:],
        onFirstToken: @escaping @Sendable (Duration) -> Void = { _ in },
        onEnd: @escaping @Sendable (Outcome) -> Void = { _ in }
    ) {
        self.headers = headers
        self.state = Mutex(State())
        self.onFirstToken = onFirstToken
        self.onEnd = onEnd
    }

    deinit {
        end(.released(Usage(promptTokenCount: 0, generatedTokenCount: 0)))
    }

    /// Says that the first token of the answer has come; only the first call counts.
    public func noteFirstToken() {
        let isFirst = state.withLock { state in
            defer { state.hasToken = true }
            return !state.hasToken
        }
        if isFirst { onFirstToken(ContinuousClock.now - begin) }
    }

    /// Ends the lease of a generation that came to its end, a cancelled one included.
    /// - Parameters:
    ///   - usage: The tokens of all choices together, as the response reports them: they are what is charged.
    ///   - summaries: The end of each choice.
    public func settle(_ usage: Usage, summaries: [GenerationSummary]) {
        end(.settled(usage, summaries))
    }

    /// Ends the lease of texts that were read.
    /// - Parameter tokenCount: The tokens of all of them, as the response reports them: they are what is charged.
    public func settle(tokenCount: Int, textCount: Int) {
        end(.encoded(tokenCount: tokenCount, textCount: textCount))
    }

    /// Ends the lease of a generation that failed or that nobody listens to any more.
    /// - Parameter usage: The tokens that were computed, as far as they are known.
    public func release(_ usage: Usage = Usage(promptTokenCount: 0, generatedTokenCount: 0)) {
        end(.released(usage))
    }

    private func end(_ outcome: Outcome) {
        let isFirst = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        if isFirst { onEnd(outcome) }
    }
}

/// Counts nothing and allows everything.
public struct UnlimitedMetering: TokenMetering {
    /// Makes it.
    public init() {}

    /// Lets everything begin.
    public func begin(
        _ work: MeteredWork,
        caller: Caller,
        model: String,
        estimatedTokenCount: Int
    ) -> GenerationLease { GenerationLease() }
}
