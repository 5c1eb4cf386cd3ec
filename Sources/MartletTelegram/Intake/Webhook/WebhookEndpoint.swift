public import FoundationEssentials
public import Logging
import MartletConversation
import MartletCore
import Synchronization

/// Answers the platform's requests: a function from a request to a response, for a listener, a cloud function or a test.
///
/// A request is checked in the order of what it costs: method, type, announced size and secret before its body, the size before
/// it is parsed. What was delivered is acknowledged after it is recorded; what cannot be understood is recorded as it came, since
/// a refusal would bring it back for a day; what cannot be recorded is never acknowledged.
public final class WebhookEndpoint: Sendable {
    private let intake: Intake
    private let secrets: [WebhookSecret]
    private let limits: Limits
    private let logger: Logger
    private let state = Mutex(State())

    /// What the endpoint bounds.
    public struct Limits: Sendable, Hashable {
        /// The largest body in bytes.
        public var maximumByteCount = 1 << 20
        /// How many requests may be at work at once.
        public var maximumRequestCount = 512
        /// How long a request waits for the line to have room before the platform is asked to come again.
        public var patience: Duration = .seconds(1)
        /// When the platform comes again after it was sent away.
        public var retryPause: Duration = .seconds(5)

        /// The defaults.
        public init() {}
    }

    private struct State {
        var requestCount = 0
        var refusedCount = 0
        var refusalToldAt: ContinuousClock.Instant?
    }

    /// Makes an endpoint.
    /// - Parameter secrets: The secrets that are accepted, at least one; several while one takes another's place.
    public init(intake: Intake, secrets: [WebhookSecret], limits: Limits = Limits(), logger: Logger) {
        precondition(!secrets.isEmpty, "a webhook without a secret would take anybody's word")
        self.intake = intake
        self.secrets = secrets
        self.limits = limits
        self.logger = logger
    }

    /// The largest body in bytes.
    var maximumByteCount: Int { limits.maximumByteCount }

    /// Why a request is refused whatever its body is, or nil where it is not.
    public func refusal(of request: WebhookRequest) -> WebhookResponse? {
        guard request.method == "POST" else {
            return WebhookResponse(status: 405, reason: "only POST is answered here")
        }
        let given = Array((request.secret ?? "").utf8)
        // Every secret is compared, so that the time does not tell which one was near.
        let matchCount = given.count > 256 ? 0 : secrets.count { $0.matches(given) }
        guard matchCount > 0 else {
            noteRefusal(isMissing: given.isEmpty)
            return WebhookResponse(status: 401, reason: "the secret is not right")
        }
        let type = request.contentType?.prefix { $0 != ";" }.trimmingWhitespace().lowercased()
        guard type == "application/json" else {
            return WebhookResponse(status: 415, reason: "the content type is not application/json")
        }
        let size = max(request.announcedByteCount ?? 0, request.body.count)
        guard size <= limits.maximumByteCount else {
            return WebhookResponse(status: 413, reason: "the body is larger than \(limits.maximumByteCount) bytes")
        }
        return nil
    }

    /// Records what a request delivers, and answers it.
    ///
    /// An empty body delivers nothing; with the right secret it is answered with 204, which lets an operator try the secret.
    /// - Parameter date: When the request came.
    public func respond(to request: WebhookRequest, at date: Date = Date()) async -> WebhookResponse {
        if let refusal = refusal(of: request) { return refusal }
        guard !request.body.isEmpty else { return .probed }
        guard begin() else { return .later("too many requests at once", after: .seconds(1)) }
        defer { state.withLock { $0.requestCount -= 1 } }
        let update = intake.reader.read(bytes: request.body, receivedAt: date)
        if update.isAnsweredInTurn, await !intake.hasRoom(within: limits.patience) {
            return .later("too many messages wait", after: limits.retryPause)
        }
        do {
            try await intake.take([update])
            return .recorded
        } catch {
            logger.error(
                "An update could not be recorded; nothing is lost, and Telegram delivers it again",
                metadata: [
                    "update.id": "\(update.id.update)", "error": "\(error)", "retry.pause": "\(limits.retryPause)",
                ]
            )
            return .later("the update could not be recorded", after: limits.retryPause)
        }
    }

    private func begin() -> Bool {
        state.withLock { state in
            guard state.requestCount < limits.maximumRequestCount else { return false }
            state.requestCount += 1
            return true
        }
    }

    /// Tells of wrong secrets once a minute, however many come.
    private func noteRefusal(isMissing: Bool) {
        let count = state.withLock { state -> Int? in
            state.refusedCount += 1
            if let told = state.refusalToldAt, .now - told < .seconds(60) { return nil }
            state.refusalToldAt = .now
            defer { state.refusedCount = 0 }
            return state.refusedCount
        }
        guard let count else { return }
        logger.warning(
            "Requests to the webhook had a wrong secret; if Telegram sent them, set the webhook again",
            metadata: ["webhook.refused_count": "\(count)", "webhook.secret": isMissing ? "missing" : "wrong"]
        )
    }
}

extension ReceivedUpdate {
    /// Whether dealing with it means waiting for others; what stops or chooses something goes past the line.
    var isAnsweredInTurn: Bool {
        guard case .event(let event) = meaning else { return false }
        return switch event.content {
        case .text, .unsupported, .guestQuery, .inlineQuery: true
        case .edited, .deleted, .press, .stop, .membership, .migrated, .connection, .ownerSpoke: false
        }
    }
}
