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
    /// A file that goes along.
    public var upload: BotAPIUpload?

    /// Makes a call.
    public init(
        _ method: String,
        _ parameters: JSONObject = [:],
        chat: ChatID? = nil,
        importance: Importance = .once,
        timeout: Duration = .seconds(30),
        upload: BotAPIUpload? = nil
    ) {
        self.method = method
        self.parameters = parameters.withoutNulls
        self.chat = chat
        self.importance = importance
        self.timeout = timeout
        self.upload = upload
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

    /// What a call costs of the platform's limits.
    enum Weight: Sendable, Hashable {
        case nothing
        /// It shows or changes a draft, which counts among all calls but not among the chat's messages.
        case draft
        /// It shows, changes or removes a message.
        case message
    }

    /// What the call costs.
    var weight: Weight {
        switch method {
        case "sendMessage", "editMessageText", "deleteMessage", "sendRichMessage", "sendDocument",
            "editMessageReplyMarkup", "deleteBusinessMessages", "editEphemeralMessageText":
            .message
        case "sendMessageDraft", "sendRichMessageDraft": .draft
        default: .nothing
        }
    }
}

/// A file that goes to the server with a call.
public struct BotAPIUpload: Sendable, Hashable {
    /// The parameter that it is.
    public var field: String
    /// Its name.
    public var name: String
    /// What is in it.
    public var bytes: [UInt8]

    /// The largest file that the platform takes, in bytes.
    public static let maximumByteCount = 50 << 20

    /// Makes an upload.
    public init(field: String, name: String, bytes: [UInt8]) {
        self.field = field
        self.name = name
        self.bytes = bytes
    }
}

/// Calls the Bot API; adaptors for limits and repetition wrap one another behind this.
public protocol BotAPICalling: Sendable {
    /// Makes a call.
    /// - Returns: The `result` of the server's answer.
    /// - Throws: ``TelegramError``, or `CancellationError`.
    func call(_ call: BotAPICall) async throws -> JSONValue
}
