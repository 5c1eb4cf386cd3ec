import MartletCore

/// What a message says in words, wherever the platform puts them: its text, a caption, or a rich message.
struct MessageWords {
    /// The words; never empty.
    var text: String
    /// The marks on them, by UTF-16 positions; whatever is no object is left out.
    var entities: [JSONValue] = []

    /// Nil where a message has no words.
    init?(_ message: JSONValue) {
        if let text = message["text"]?.string, !text.isEmpty {
            self.text = text
            entities = Self.objects(message["entities"])
        } else if let caption = message["caption"]?.string, !caption.isEmpty {
            text = caption
            entities = Self.objects(message["caption_entities"])
        } else if let rich = message["rich_message"] {
            text = RichText.plain(rich)
            if text.isEmpty { return nil }
        } else {
            return nil
        }
    }

    private static func objects(_ value: JSONValue?) -> [JSONValue] {
        (value?.array ?? []).filter { $0.object != nil }
    }

    /// What a message may hold besides words; anything else is a note of the platform's own, such as "joined".
    private static let attachments = [
        "live_photo", "photo", "voice", "video", "video_note", "audio", "animation", "document", "sticker", "venue",
        "location", "contact", "poll", "dice", "story", "game", "checklist", "paid_media", "invoice", "giveaway",
        "rich_message",
    ]

    /// The platform's word for what a message holds besides words.
    static func attachment(of message: JSONValue) -> String? {
        attachments.first { (message[$0] ?? .null) != .null }
    }
}
