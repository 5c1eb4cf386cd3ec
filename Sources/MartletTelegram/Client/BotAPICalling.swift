public import MartletConversation
public import MartletCore

/// One call of the Bot API.
public struct BotAPICall: Sendable, Hashable {
    /// The method's name, such as `sendMessage`.
    public var method: String
    /// Its parameters; null ones are left out.
    public var parameters: JSONObject
    /// The chat whose limits it counts against.
    public var chat: ChatID?
    /// What happens when it cannot be made now.
    public var importance: Importance
    /// How long the server may take.
    public var timeout: Duration

    /// Makes a call.
    public init(
        _ method: String,
        _ parameters: JSONObject = [:],
        chat: ChatID? = nil,
        importance: Importance = .once,
        timeout: Duration = .seconds(30)
    ) {
        self.method = method
        self.parameters = parameters.withoutNulls
        self.chat = chat
        self.importance = importance
        self.timeout = timeout
    }

    /// What happens when a call cannot be made now.
    public enum Importance: Sendable, Hashable {
        /// It is left out: something newer comes soon.
        case intermediate
        /// It waits, and is made again until it succeeds or is refused for good.
        case required
        /// Its failure is the caller's to deal with.
        case once
    }

    /// Whether the call shows or changes a message and so counts against the platform's limits.
    var countsAgainstLimits: Bool {
        method == "sendMessage" || method == "editMessageText" || method == "deleteMessage"
    }
}

/// Calls the Bot API; adaptors for limits and repetition wrap one another behind this.
public protocol BotAPICalling: Sendable {
    /// Makes a call.
    /// - Returns: The `result` of the server's answer.
    /// - Throws: ``TelegramError``, or `CancellationError`.
    func call(_ call: BotAPICall) async throws -> JSONValue
}
