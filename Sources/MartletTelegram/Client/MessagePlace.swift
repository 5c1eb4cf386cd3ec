public import MartletConversation
import MartletCore

/// Where messages go.
public struct MessagePlace: Sendable, Hashable {
    /// The chat.
    public var chat: ChatID
    /// The topic inside it.
    public var thread: ThreadID?
    /// The account in whose name it is said; nil for the bot's own.
    public var connection: ConnectionID?

    /// Makes a place.
    public init(chat: ChatID, thread: ThreadID? = nil, connection: ConnectionID? = nil) {
        self.chat = chat
        self.thread = thread
        self.connection = connection
    }

    /// The place where an event is replied to.
    public init(_ event: InboundEvent) {
        self.init(chat: event.key.chat, thread: event.key.thread, connection: event.connection)
    }

    /// The platform's form.
    var parameters: JSONObject {
        [
            "business_connection_id": connection.map { .string($0.rawValue) } ?? .null,
            "chat_id": .integer(chat.rawValue),
            "message_thread_id": thread.map { .integer($0.rawValue) } ?? .null,
        ]
    }
}
