/// A request to the webhook, whatever brought it: a listener, a function's event, a test.
public struct WebhookRequest: Sendable {
    /// The method in capitals, such as `POST`.
    public var method: String
    /// The `Content-Type` header.
    public var contentType: String?
    /// The `X-Telegram-Bot-Api-Secret-Token` header.
    public var secret: String?
    /// The body's size where it is known before the body is, in bytes.
    public var announcedByteCount: Int?
    /// The body.
    public var body: [UInt8]

    /// The header that holds the secret.
    public static let secretHeader = "X-Telegram-Bot-Api-Secret-Token"

    /// Makes a request.
    public init(
        method: String = "POST",
        contentType: String? = "application/json",
        secret: String?,
        announcedByteCount: Int? = nil,
        body: [UInt8] = []
    ) {
        self.method = method
        self.contentType = contentType
        self.secret = secret
        self.announcedByteCount = announcedByteCount
        self.body = body
    }

    /// A request with a secret, for an update that came another way, from somebody who is known.
    public init(trusting update: [UInt8], with secret: WebhookSecret) {
        self.init(secret: secret.rawValue, body: update)
    }
}

/// What the webhook answers.
public struct WebhookResponse: Sendable, Hashable {
    /// The HTTP status.
    public var status: Int
    /// Why, in words for whoever reads the platform's account of its last error; empty where all is well.
    public var reason: String
    /// When to deliver again; the platform obeys 0 to 3600 seconds.
    public var retryAfter: Duration?

    /// Makes a response.
    public init(status: Int, reason: String = "", retryAfter: Duration? = nil) {
        self.status = status
        self.reason = reason
        self.retryAfter = retryAfter
    }

    /// Recorded: the platform need not deliver it again.
    public static let recorded = WebhookResponse(status: 200)
    /// The secret is right, and there was nothing to record.
    public static let probed = WebhookResponse(status: 204)

    /// Not recorded: to be delivered again.
    public static func later(_ reason: String, after pause: Duration) -> WebhookResponse {
        WebhookResponse(status: 503, reason: reason, retryAfter: pause)
    }
}
