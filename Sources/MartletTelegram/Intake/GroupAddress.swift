import MartletConversation
import MartletCore

/// Whether a text in a group is meant for the bot: a command, a reply to it, or a mention of it.
struct GroupAddress {
    /// Whether it is.
    let isAddressed: Bool
    /// The text without the bot's name at its front.
    let textWithoutMention: String

    init(identity: BotIdentity, message: JSONValue, text: String) {
        var isMentioned = false
        var stripped = text
        let count = Int64(text.utf16.count)
        for entity in message["entities"]?.array ?? [] where count > 0 {
            // Positions count UTF-16 code units, and whoever sent them may have made them up.
            guard
                let offset = entity["offset"]?.integer, let length = entity["length"]?.integer,
                (0...count).contains(offset), (1...count).contains(length), offset + length <= count,
                let start = String.Index(utf16Offset: Int(offset), in: text).samePosition(in: text.unicodeScalars),
                let stop = String.Index(utf16Offset: Int(offset + length), in: text)
                    .samePosition(in: text.unicodeScalars)
            else { continue }
            let isUs =
                switch entity["type"]?.string {
                case "mention": text[start..<stop].lowercased() == "@" + identity.username.lowercased()
                case "text_mention": entity["user"]?["id"]?.integer == identity.id.rawValue
                default: false
                }
            guard isUs else { continue }
            isMentioned = true
            if offset == 0 {
                let rest = text[stop...]
                stripped = rest.drop { $0.isWhitespace || $0 == "," || $0 == ":" }.trimmingWhitespace()
            }
        }
        let isCommand = ConversationCommand(parsing: text, botUsername: identity.username) != nil
        isAddressed = isMentioned || isCommand || Self.isReply(message, to: identity)
        textWithoutMention = stripped.isEmpty ? text : stripped
    }

    /// Whether a message answers one of the bot's.
    static func isReply(_ message: JSONValue, to identity: BotIdentity) -> Bool {
        message["reply_to_message"]?["from"]?["id"]?.integer == identity.id.rawValue
    }
}
