import MartletCore

/// A message, as Telegram's `Message` and with what the world knows besides.
struct MessageRecord: Sendable {
    var id: Int64
    var chat: Int64
    /// Telegram's `Message` without `reply_to_message`, which is filled in when it is shown.
    var json: JSONObject
    /// Every text or caption it has had, the present one last.
    var versions: [String]
    /// Nil for the bot's own.
    var sender: Int64?
    var date: SimulatedDate
    var replyTo: Int64?
    var deletion: (date: SimulatedDate, by: Int64?)?
    /// The only one who sees it, besides the bot; such a message has no number but among its like.
    var receiver: Int64?
    /// Who reacted with what, the first first.
    var reactions: [(user: Int64, emoji: String)] = []
    /// Whether the bot wrote it.
    var isByBot: Bool { sender == nil }

    /// What a test sees of it.
    var simulated: SimulatedMessage {
        SimulatedMessage(
            id: id,
            chat: chat,
            thread: json["message_thread_id"]?.integer,
            replyTo: replyTo,
            texts: versions,
            isDeleted: deletion != nil,
            json: json
        )
    }
}
