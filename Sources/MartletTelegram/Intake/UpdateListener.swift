/// How a bot takes its messages.
public enum UpdateListener: Sendable {
    /// It asks for them; ends by cancellation.
    case polling(PollingListener)
    /// They are delivered to it; ends with the service group around it, or by cancellation.
    case webhook(WebhookListener)

    /// Takes messages until told to end.
    /// - Throws: What the listener throws.
    public func run() async throws {
        switch self {
        case .polling(let listener): try await listener.run()
        case .webhook(let listener): try await listener.run()
        }
    }
}
