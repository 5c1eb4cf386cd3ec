import MartletCore

/// An update that the bot has not confirmed.
struct PendingUpdate: Sendable {
    var id: Int64
    /// The member that it has besides `update_id`.
    var kind: String
    /// What is delivered one after the other.
    var queue: QueueKey
    /// As it is sent; may be anything but JSON.
    var bytes: [UInt8]
    /// When the server gives up.
    var expires: SimulatedDate
    /// How often a webhook was tried.
    var attempt = 0
    /// When a webhook may be tried next.
    var nextAttempt: SimulatedDate
    var isInFlight = false
}

/// Updates with the same key are delivered to a webhook one after the other; between keys no order holds.
struct QueueKey: Sendable, Hashable, CustomStringConvertible {
    var group: String
    var id: Int64

    var description: String { "\(group):\(id)" }

    /// The queue of an update, by its kind and what is in it.
    init(kind: String, content: JSONValue) {
        let user = content["from"]?["id"]?.integer ?? content["user"]?["id"]?.integer ?? 0
        let chat = content["chat"]?["id"]?.integer ?? 0
        switch kind {
        case "message", "edited_message", "channel_post", "edited_channel_post": self.init("chat", chat)
        case "business_message", "edited_business_message", "deleted_business_messages": self.init("business", chat)
        case "my_chat_member", "chat_member", "chat_join_request": self.init("member", chat)
        case "message_reaction", "message_reaction_count": self.init("reaction", chat)
        case "stopped_message_generation": self.init("stop", chat)
        default: self.init(kind, user)
        }
    }

    private init(_ group: String, _ id: Int64) {
        self.group = group
        self.id = id
    }

    /// How long the server keeps trying to deliver an update of a kind.
    static func life(of kind: String) -> Duration {
        switch kind {
        case "inline_query": .seconds(30)
        case "callback_query", "pre_checkout_query", "shipping_query": .seconds(150)
        case "chosen_inline_result": .seconds(600)
        default: .seconds(86_400)
        }
    }
}
