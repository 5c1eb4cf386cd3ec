import MartletConversation
import MartletCore

/// How a message turns to the bot, and what it says without that.
struct GroupAddress {
    /// How; `.none` where it does not.
    let addressing: InboundEvent.Addressing
    /// The text without the bot's name at its front; all of it where nothing else is there.
    let words: String

    /// Looks at a message.
    /// - Parameter words: What it says, with the marks that the platform put on it.
    init(identity: BotIdentity, names: [TriggerName], message: JSONValue, words: MessageWords, isPrivate: Bool) {
        let text = words.text
        var isMentioned = false
        var stripped = text
        for entity in words.entities {
            guard let range = Self.range(of: entity, in: text) else { continue }
            let isUs =
                switch entity["type"]?.string {
                case "mention": text[range].lowercased() == "@" + identity.username.lowercased()
                case "text_mention": entity["user"]?["id"]?.integer == identity.id.rawValue
                default: false
                }
            guard isUs else { continue }
            isMentioned = true
            // In private nobody has to say whom they mean; an answer to the bot may be meant for somebody else, word by word.
            if range.lowerBound == text.startIndex, !(isPrivate && Self.isReply(message, to: identity)) {
                stripped = text[range.upperBound...].drop { $0.isWhitespace || ",:".contains($0) }.trimmingWhitespace()
            }
        }
        let isCommand = ConversationCommand(parsing: text, botUsername: identity.username) != nil
        let isForAnother =
            !isCommand && ConversationCommand(parsing: text, botUsername: nil) != nil
        if isPrivate {
            addressing = .privateChat
        } else if isCommand {
            addressing = .command
        } else if isForAnother {
            addressing = .none
        } else if isMentioned {
            addressing = .mention
        } else if Self.isReply(message, to: identity) {
            addressing = .reply
        } else if let rest = names.lazy.compactMap({ $0.rest(of: text) }).first {
            addressing = .name
            stripped = rest
        } else {
            addressing = .none
        }
        self.words = stripped.isEmpty ? text : stripped
    }

    /// Where an entity is; positions count UTF-16 code units, and whoever sent them may have made them up.
    private static func range(of entity: JSONValue, in text: String) -> Range<String.Index>? {
        let count = Int64(text.utf16.count)
        guard
            let offset = entity["offset"]?.integer, let length = entity["length"]?.integer,
            (0...count).contains(offset), length >= 1, length <= count - offset,
            let start = String.Index(utf16Offset: Int(offset), in: text).samePosition(in: text.unicodeScalars),
            let stop = String.Index(utf16Offset: Int(offset + length), in: text).samePosition(in: text.unicodeScalars)
        else { return nil }
        return start..<stop
    }

    /// Whether a message answers one of the bot's.
    ///
    /// In a topic every message that answers nothing "answers" the note by which the topic began, whoever began it.
    static func isReply(_ message: JSONValue, to identity: BotIdentity) -> Bool {
        guard let answered = message["reply_to_message"], answered["forum_topic_created"] == nil else { return false }
        return answered["from"]?["id"]?.integer == identity.id.rawValue
    }
}
