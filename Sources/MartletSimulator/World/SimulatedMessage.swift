public import MartletCore

/// A message as it stands in its chat.
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
    /// Telegram's `Message`, as it is now.
    public var json: JSONObject = [:]

    /// What it says now.
    public var text: String { texts.last ?? "" }
    /// How often it was changed.
    public var editCount: Int { texts.count - 1 }
    /// The entities of its text or caption.
    public var entities: [JSONValue] { json["entities"]?.array ?? json["caption_entities"]?.array ?? [] }
    /// The rows of buttons under it.
    public var buttons: [[JSONValue]] {
        JSONValue.object(json)["reply_markup"]?["inline_keyboard"]?.array?.map { $0.array ?? [] } ?? []
    }
}
