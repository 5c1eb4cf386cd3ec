import MartletCore

/// Requests whose answers are one JSON value: attempts and time limits.
struct RemoteExchange: Sendable {
    let identity: ProviderIdentity
    let transport: ProviderTransport
    let settings: RemoteSettings
    private let budget = RetryBudget()

    init(identity: ProviderIdentity, transport: ProviderTransport, settings: RemoteSettings) {
        self.identity = identity
        self.transport = transport
        self.settings = settings
    }

    /// Sends a request until it is answered or is not worth another attempt.
    ///
    /// - Parameters:
    ///   - texts: What is in it, so that failures repeat none of it.
    ///   - deadline: When it fails if there is no answer.
    /// - Throws: ``ProviderError``; `CancellationError`.
    func send(
        _ message: WireRequest,
        about texts: [String],
        deadline: ContinuousClock.Instant?
    ) async throws -> JSONValue {
        let end = ContinuousClock.now + settings.timeouts.total
        let last = deadline.map { min($0, end) } ?? end
        let subject = GenerationRequest(.messages(texts.map { .user($0) }))
        var retryCount = 0
        while true {
            do {
                let value = try await transport.fetch(
                    message,
                    identity: identity,
                    timeout: max(.zero, min(settings.timeouts.firstByte, last - .now)),
                    limit: settings.maximumAnswerByteCount,
                    request: subject
                )
                budget.earn()
                return value
            } catch let error as ProviderError {
                let decision = settings.retry.decision(
                    after: error,
                    retryCount: retryCount,
                    random: Double.random(in: 0..<1)
                )
                guard case .retry(let pause) = decision, .now + pause < last, budget.spend() else { throw error }
                try await Task.sleep(for: pause)
                retryCount += 1
            }
        }
    }
}
