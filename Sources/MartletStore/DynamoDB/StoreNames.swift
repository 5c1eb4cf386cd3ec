import FoundationEssentials
import MartletAWS
import MartletConversation

/// What attributes are called.
enum Name {
    static let rank = DynamoDBTableDefinition.rankName
    static let expires = DynamoDBTableDefinition.expiryName

    static let received = "received"
    static let state = "state"
    static let event = "event"
    static let unreadable = "unreadable"
    static let nonce = "nonce"
    static let attempt = "attempt"
    static let edits = "edits"
    static let final = "final"
    static let owner = "owner"
    static let expiry = "expiry"
    static let leader = "leader"
    static let joined = "joined"
    static let stop = "stop"
    static let revision = "revision"

    static let last = "last"
    static let archived = "archived"
    static let settings = "settings"
    static let summary = "summary"
    static let through = "through"
    static let unanswered = "unanswered"
    static let partition = "partition"
    static let moved = "moved"
    static let garbage = "garbage"
    static let key = "key"

    static let role = "role"
    static let content = "content"
    static let name = "name"
    static let date = "date"
    static let update = "update"
    static let source = "source"
    static let speaker = "speaker"
    static let parent = "parent"
    static let position = "position"
    static let messages = "messages"
    static let chat = "chat"
    static let next = "next"

    static let user = "user"
    static let version = "version"
}

/// Where things are.
enum Place {
    static func updates(_ bot: BotID) -> String { "\(bot)#u" }
    static func conversations(_ bot: BotID) -> String { "\(bot)#c" }
    static func turns(_ bot: BotID, _ partition: String) -> String { "\(bot)#t#\(partition)" }
    static func messages(_ bot: BotID, _ chat: ChatID) -> String { "\(bot)#m#\(chat)" }
    static func person(_ bot: BotID, _ user: UserID) -> String { "\(bot)#p#\(user)" }
    static func access(_ bot: BotID) -> String { "\(bot)#a" }

    static func update(_ event: EventID) -> DynamoDBKey { DynamoDBKey(updates(event.bot), "u#\(event.update)") }

    static func conversation(_ key: ConversationKey) -> DynamoDBKey {
        DynamoDBKey(conversations(key.bot), tail(of: key))
    }

    static func turn(_ position: Int64, _ bot: BotID, _ partition: String) -> DynamoDBKey {
        DynamoDBKey(turns(bot, partition), "t#" + PositionClock.text(position))
    }

    static func shown(_ message: MessageID, _ bot: BotID, _ chat: ChatID) -> DynamoDBKey {
        DynamoDBKey(messages(bot, chat), "\(message)")
    }

    /// A key without its bot, short enough for DynamoDB.
    static func tail(of key: ConversationKey) -> String {
        bounded(String(key.description.dropFirst("\(key.bot):".count)))
    }

    /// A text of at most 800 bytes; of a longer one the first part, with a hash of all of it.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > 800 else { return text }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(decoding: text.utf8.prefix(760), as: UTF8.self) + "#" + String(hash, radix: 16)
    }
}

extension DynamoDBItem {
    /// Makes an item of its key and what else it has; what is nil is left out.
    init(_ key: DynamoDBKey, _ attributes: KeyValuePairs<String, DynamoDBValue?>) {
        self = key.attributes
        for (name, value) in attributes { self[name] = value }
    }

    /// The moment that an attribute names.
    func date(_ name: String) -> Date? { self[name]?.double.map { Date(timeIntervalSince1970: $0) } }
}

extension DynamoDBValue {
    /// A moment.
    static func date(_ date: Date) -> DynamoDBValue { .double(date.timeIntervalSince1970) }
    /// A text, where there is one.
    static func text(_ text: String?) -> DynamoDBValue? { text.map { .string($0) } }
}
