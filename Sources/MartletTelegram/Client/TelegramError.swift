public import MartletConversation
package import MartletCore

/// Why Telegram could not be used, and what to do about it.
///
/// Holds no secret and nothing that was said.
public struct TelegramError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name.
        public let description: String
        /// The token is wrong or was revoked (401, 404).
        public static let unauthorized = Code(description: "unauthorized")
        /// Another process asks for the same bot's messages (409).
        public static let otherPoller = Code(description: "otherPoller")
        /// The bot's messages go to a webhook (409).
        public static let webhookActive = Code(description: "webhookActive")
        /// The bot may not write to this chat (403).
        public static let forbidden = Code(description: "forbidden")
        /// The chat is not there (400).
        public static let chatNotFound = Code(description: "chatNotFound")
        /// The message is not there, or can no longer be changed (400).
        public static let messageNotFound = Code(description: "messageNotFound")
        /// The message already says that (400).
        public static let notModified = Code(description: "notModified")
        /// The group became a supergroup with another number (400).
        public static let migrated = Code(description: "migrated")
        /// The call was malformed (400 and others).
        public static let badRequest = Code(description: "badRequest")
        /// Too much at once (429).
        public static let tooManyRequests = Code(description: "tooManyRequests")
        /// The server failed (5xx).
        public static let serverError = Code(description: "serverError")
        /// The server could not be reached, or went away.
        public static let network = Code(description: "network")
        /// The server's answer was not what the protocol says.
        public static let malformedResponse = Code(description: "malformedResponse")
        /// The file is larger than the platform takes; it was not sent.
        public static let fileTooLarge = Code(description: "fileTooLarge")
        /// The call was left out because something newer comes soon.
        public static let leftOut = Code(description: "leftOut")
    }

    /// The kind of failure.
    public var code: Code
    /// The method that was called.
    public var method: String
    /// What the server said, without secrets.
    public var reason: String
    /// How long the server asks to wait.
    public var retryAfter: Duration?
    /// The group's number from now on.
    public var migratedChat: ChatID?
    /// Whether the call surely did nothing; after most network failures nobody knows.
    public var hadNoEffect = false
    /// The answer that was not understood, for the record of unreadable updates; not part of any text.
    var body: [UInt8] = []

    init(code: Code, method: String, reason: String, retryAfter: Duration? = nil, migratedChat: ChatID? = nil) {
        self.code = code
        self.method = method
        self.reason = reason
        self.retryAfter = retryAfter
        self.migratedChat = migratedChat
    }

    /// What happened, and the remedy.
    public var description: String { "Telegram \(method): \(remedy) (\(reason))" }

    /// The kind alone, for metrics.
    public var shortDescription: String { "telegram.\(code)" }

    private var remedy: String {
        switch code {
        case .unauthorized:
            "the token is not valid; copy it again from @BotFather (/mybots, API Token) into TELEGRAM_TOKEN"
        case .otherPoller:
            "another process receives this bot's messages; stop it, or give this one a token of its own. Nothing is lost meanwhile"
        case .webhookActive:
            "this bot's messages go to a webhook; remove it (martlet webhook delete, which calls deleteWebhook, or stop the service that set it), then messages arrive here"
        case .forbidden: "the bot may not write here; it was blocked, removed, or never started"
        case .chatNotFound: "the chat is not there any more"
        case .messageNotFound: "the message was deleted or can no longer be changed"
        case .notModified: "the message already says that"
        case .migrated: "the group became a supergroup and has another number"
        case .tooManyRequests:
            "too much at once; waiting \(retryAfter.map { "\($0)" } ?? "a while") as the server asks"
        case .serverError: "the server has a problem; trying again"
        case .network: "the server cannot be reached; check the network and TELEGRAM_API_BASE_URL"
        case .malformedResponse: "the answer was not understood; check that TELEGRAM_API_BASE_URL is a Bot API server"
        case .fileTooLarge:
            "the file is larger than \(BotAPIUpload.maximumByteCount >> 20) MiB, which is all that bots may send"
        case .leftOut: "left out, because something newer comes soon"
        default: "the server refused"
        }
    }
}

extension TelegramError {
    /// How long to wait before the same is tried again: as long as the server asks, where it does, else `pause`.
    /// - Parameter least: A server that asks for less is not asked again at once all the same.
    package func wait(orElse pause: Duration, atLeast least: Duration) -> Duration {
        retryAfter.map { max($0, least) } ?? pause
    }

    /// Reads the server's refusal.
    /// - Parameters:
    ///   - status: The HTTP status, for answers that are not JSON.
    ///   - response: The answer, `{"ok": false, "error_code": …, "description": …, "parameters": …}`.
    package init(method: String, status: Int, response: JSONValue?) {
        let number = response?["error_code"]?.integer ?? Int64(status)
        let text = response?["description"]?.string ?? "HTTP \(status)"
        let lowered = text.lowercased()
        let parameters = response?["parameters"]
        let migrated = parameters?["migrate_to_chat_id"]?.integer
        let code: Code =
            switch number {
            case 401, 404: .unauthorized
            case 403: .forbidden
            case 409: lowered.contains("webhook") ? .webhookActive : .otherPoller
            case 429: .tooManyRequests
            case 500...: .serverError
            case 400 where migrated != nil: .migrated
            case 400 where lowered.contains("message is not modified"): .notModified
            case 400 where lowered.contains("message to edit not found"): .messageNotFound
            case 400 where lowered.contains("message can't be edited"): .messageNotFound
            case 400 where lowered.contains("message to delete not found"): .messageNotFound
            case 400 where lowered.contains("message_id_invalid"): .messageNotFound
            case 400 where lowered.contains("chat not found"): .chatNotFound
            default: .badRequest
            }
        // The number is the server's, but how long a process sleeps is ours: a year is for ever.
        let wait = parameters?["retry_after"]?.integer.map { Duration.seconds(min(max($0, 0), 31_536_000)) }
        self.init(
            code: code,
            method: method,
            reason: "\(number) \(text)",
            retryAfter: code == .tooManyRequests ? wait ?? .seconds(5) : nil,
            migratedChat: migrated.map { ChatID($0) }
        )
    }
}
