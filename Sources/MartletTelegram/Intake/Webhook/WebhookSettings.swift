/// How a webhook is set and listened for.
public struct WebhookSettings: Sendable {
    /// Where Telegram delivers: an https address whose path holds no secret.
    public var url: String
    /// The secrets: the first is given to Telegram, all are accepted.
    public var secrets: [WebhookSecret]
    /// The address to listen at; plain HTTP, since whatever ends TLS stands in front.
    public var host = "127.0.0.1"
    /// The port to listen at; 0 takes any free one.
    public var port = WebhookSettings.standardPort
    /// The path to listen at.
    public var path: String
    /// How many updates Telegram delivers at the same time, 1 to 100.
    public var maximumConnectionCount = WebhookSettings.standardConnectionCount
    /// What the endpoint bounds.
    public var limits = WebhookEndpoint.Limits()

    /// The port where nothing else is said.
    public static let standardPort = 8090
    /// Telegram's own default.
    public static let standardConnectionCount = 40

    /// Makes settings.
    /// - Parameters:
    ///   - path: The path that Telegram's requests have when they arrive here, which begins with a slash.
    ///   - secrets: At least one.
    public init(url: String, path: String, secrets: [WebhookSecret]) {
        precondition(!secrets.isEmpty, "a webhook without a secret would take anybody's word")
        self.url = url
        self.path = path.hasPrefix("/") ? path : "/" + path
        self.secrets = secrets
    }
}
