public import MartletCore

/// A person in the simulation.
public struct SimulatedUser: Sendable, Hashable {
    /// Their number; their private chat with the bot has the same.
    public var id: Int64
    /// The name that people see.
    public var name: String
    /// The interface language they chose.
    public var languageCode: String?

    /// Makes a person.
    public init(id: Int64, name: String, languageCode: String? = nil) {
        self.id = id
        self.name = name
        self.languageCode = languageCode
    }

    var json: JSONValue {
        [
            "id": .integer(id), "is_bot": false, "first_name": .string(name),
            "language_code": languageCode.map { .string($0) } ?? .null,
        ]
    }
}

/// A message that the bot showed.
public struct SimulatedMessage: Sendable, Hashable {
    /// Its number in its chat.
    public var id: Int64
    /// The chat.
    public var chat: Int64
    /// The topic.
    public var thread: Int64?
    /// Which message it replies to.
    public var replyTo: Int64?
    /// Everything it has said, the latest last.
    public var texts: [String]
    /// Whether it was deleted.
    public var isDeleted = false

    /// What it says now.
    public var text: String { texts.last ?? "" }
    /// How often it was changed.
    public var editCount: Int { texts.count - 1 }
}

/// A call that the simulator received.
public struct SimulatedCall: Sendable, Hashable {
    /// The method.
    public var method: String
    /// The parameters.
    public var parameters: JSONObject
    /// When it came.
    public var instant: ContinuousClock.Instant
    /// The HTTP status it was answered with; nil where it was left without an answer.
    public var status: Int?
}

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
}

/// Something that a person at the screen wants to see.
public enum SimulatedEvent: Sendable, Hashable {
    /// The bot showed a message.
    case sent(SimulatedMessage)
    /// The bot changed a message.
    case edited(SimulatedMessage)
    /// The bot deleted a message.
    case deleted(SimulatedMessage)
    /// The bot is typing in a chat.
    case typing(chat: Int64)
}
