/// What goes wrong with a call on purpose.
public enum SimulatedFault: Sendable, Hashable {
    /// 429, and silence is due in the chat for so many seconds.
    case tooManyRequests(retryAfter: Int64)
    /// An HTTP error without JSON, such as a gateway's 502.
    case status(Int)
    /// A refusal in JSON, such as 403 "Forbidden: bot was blocked by the user".
    case refusal(Int, String)
    /// No answer, ever.
    case hang
    /// The connection closes without an answer and without effect.
    case reset
    /// The call has its effect, but the connection closes without an answer.
    case resetAfterEffect
    /// 200 with something that is not JSON.
    case malformed
    /// Of `getUpdates` and webhook deliveries: every update comes twice.
    case duplicateUpdates
    /// Of `getUpdates`: updates come in the wrong order.
    case reorderedUpdates

    /// The name in the interface and in scenarios.
    var name: String {
        switch self {
        case .tooManyRequests: "too_many_requests"
        case .status: "status"
        case .refusal: "refusal"
        case .hang: "hang"
        case .reset: "reset"
        case .resetAfterEffect: "reset_after_effect"
        case .malformed: "malformed"
        case .duplicateUpdates: "duplicate_updates"
        case .reorderedUpdates: "reorder_updates"
        }
    }

    static let names = [
        "too_many_requests", "status", "refusal", "hang", "reset", "reset_after_effect", "malformed",
        "duplicate_updates", "reorder_updates",
    ]

    /// Reads a fault by its name; nil for one that is not known.
    init?(name: String, retryAfter: Int64?, status: Int64?, description: String?) {
        switch name {
        case "too_many_requests": self = .tooManyRequests(retryAfter: max(1, retryAfter ?? 5))
        case "status": self = .status(Int(min(max(status ?? 500, 400), 599)))
        case "refusal": self = .refusal(Int(min(max(status ?? 400, 400), 599)), description ?? "Bad Request")
        case "hang": self = .hang
        case "reset": self = .reset
        case "reset_after_effect": self = .resetAfterEffect
        case "malformed": self = .malformed
        case "duplicate_updates": self = .duplicateUpdates
        case "reorder_updates": self = .reorderedUpdates
        default: return nil
        }
    }
}
