/// What became of one attempt to deliver an update to a webhook.
enum DeliveryOutcome: Sendable, Hashable {
    /// The bot answered; a body of a 2xx may hold one call.
    case answered(status: Int, reason: String, retryAfter: Int64?, body: [UInt8])
    /// Nothing came within a minute.
    case timedOut
    /// There was no connection, or it broke.
    case failed(String)

    var isSuccess: Bool {
        if case .answered(let status, _, _, _) = self { (200..<300).contains(status) } else { false }
    }

    var status: Int? {
        if case .answered(let status, _, _, _) = self { status } else { nil }
    }

    /// The words that `getWebhookInfo` has for a failure.
    var errorMessage: String? {
        switch self {
        case .answered(let status, let reason, _, _):
            isSuccess ? nil : "Wrong response from the webhook: \(status) \(reason)"
        case .timedOut: "Read timeout expired"
        case .failed(let reason): reason
        }
    }
}

/// When a failed delivery is tried again, as the real server does it.
enum DeliveryBackoff {
    /// How long the bot has for an answer.
    static let timeout = Duration.seconds(60)
    /// How long 410 may be answered before the webhook is closed.
    static let goneLimit = Duration.seconds(23 * 3600)

    /// The pause after the failed attempt number `attempt`, from 1: none, then 2, 4, 8 … seconds, in the end one to two minutes.
    /// - Parameter retryAfter: What the bot asked for, 0 to 3600 seconds.
    static func pause(after attempt: Int, retryAfter: Int64?, update: Int64) -> Duration {
        if let retryAfter, (0...3600).contains(retryAfter) { return .seconds(retryAfter) }
        guard attempt > 1 else { return .zero }
        let exponent = attempt - 1
        guard exponent <= 6 else {
            // The real server draws it; here it follows from the update, so that a scenario is the same every time.
            return .seconds(60 + abs(update &* 31 &+ Int64(attempt) &* 17) % 61)
        }
        return .seconds(1 << exponent)
    }
}
