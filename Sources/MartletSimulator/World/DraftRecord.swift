import MartletCore

/// A text that is shown while it is written and goes away by itself.
struct DraftRecord: Sendable {
    struct Key: Sendable, Hashable {
        var chat: Int64
        var thread: Int64?
        var draft: Int64
    }

    var key: Key
    var content: JSONObject
    var canStop: Bool
    var keepsOnStop: Bool
    var isStopped = false
    var date: SimulatedDate
    var expires: SimulatedDate

    /// How long a draft is shown.
    static let life = Duration.seconds(30)

    /// The draft as the interface shows it.
    func json(hasEnded: Bool = false) -> JSONValue {
        var json: JSONObject = ["chat_id": .integer(key.chat)]
        if let thread = key.thread { json["message_thread_id"] = .integer(thread) }
        json["draft_id"] = .integer(key.draft)
        json.merge(content)
        json["can_stop"] = .bool(canStop)
        json["keep_on_stop"] = .bool(keepsOnStop)
        if isStopped { json["stopped"] = true }
        json["date"] = .number(date.seconds)
        json["expires"] = .number(expires.seconds)
        if hasEnded { json["ended"] = true }
        return .object(json)
    }
}
