public import Logging

/// The text behind `{context}`: fetched now and then, kept in between, and never a reason not to answer.
///
/// A failed fetch gives the last text that was had, or an empty one, and is tried again after `retryInterval`.
public actor ContextDocument {
    private let fetch: @Sendable () async throws -> String
    private let lifetime: Duration
    private let retryInterval: Duration
    private let maximumLength: Int
    private let logger: Logger
    private var text = ""
    private var expiry: ContinuousClock.Instant?
    private var isFetching = false
    private var waiting: [CheckedContinuation<String, Never>] = []

    /// Makes a document.
    /// - Parameters:
    ///   - lifetime: How long a fetched text serves.
    ///   - retryInterval: How long a failed fetch is left alone.
    ///   - maximumLength: Characters of the text that are used; the rest is cut off.
    ///   - logger: Told of failures, never of the text.
    ///   - fetch: Gets the text; its own time limit applies.
    public init(
        lifetime: Duration = .seconds(300),
        retryInterval: Duration = .seconds(30),
        maximumLength: Int = 32_768,
        logger: Logger,
        fetch: @escaping @Sendable () async throws -> String
    ) {
        self.lifetime = lifetime
        self.retryInterval = retryInterval
        self.maximumLength = maximumLength
        self.logger = logger
        self.fetch = fetch
    }

    /// The text as it is now; whoever asks while it is fetched waits for the same fetch.
    public func current() async -> String {
        if let expiry, ContinuousClock.now < expiry { return text }
        if isFetching { return await withCheckedContinuation { waiting.append($0) } }
        isFetching = true
        do {
            text = String(try await fetch().prefix(maximumLength))
            expiry = ContinuousClock.now + lifetime
        } catch {
            expiry = ContinuousClock.now + retryInterval
            logger.warning(
                "The context document could not be fetched; answers go on without a fresh one",
                metadata: ["error": "\(error)"]
            )
        }
        isFetching = false
        let ready = waiting
        waiting = []
        for continuation in ready { continuation.resume(returning: text) }
        return text
    }
}
