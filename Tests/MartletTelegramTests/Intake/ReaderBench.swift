import FoundationEssentials
import MartletConversation
import MartletCore
import MartletTelegram

/// A reader for the bot 7 (`@ada_bot`), and updates to read.
struct ReaderBench {
    static let bot = BotID(7)
    static let receivedAt = Date(timeIntervalSince1970: 1_800_000_000)
    static let ada: JSONValue = ["id": 11, "is_bot": false, "first_name": "Ada", "language_code": "en"]
    static let us: JSONValue = ["id": 7, "is_bot": true, "first_name": "Bot", "username": "ada_bot"]
    static let privateChat: JSONValue = ["id": 11, "type": "private", "first_name": "Ada"]
    static let group: JSONValue = ["id": -100, "type": "supergroup", "title": "Friends"]

    var settings = ReadingSettings()

    var reader: UpdateReader {
        UpdateReader(identity: BotIdentity(id: Self.bot, username: "ada_bot", name: "Ada"), settings: settings)
    }

    func read(_ kind: String, _ content: JSONValue, number: Int64 = 1) -> ReceivedUpdate.Meaning? {
        reader.read(["update_id": .integer(number), .init(kind): content], receivedAt: Self.receivedAt)?.meaning
    }

    /// The event of a message that is well-formed but for what `members` change; null takes a member away.
    func message(_ members: JSONObject, as kind: String = "message", in chat: JSONValue = privateChat) -> InboundEvent?
    {
        event(kind, Self.message(members, in: chat))
    }

    func event(_ kind: String, _ content: JSONValue) -> InboundEvent? {
        if case .event(let event) = read(kind, content) { event } else { nil }
    }

    /// Why an update is left alone.
    func reason(_ kind: String, _ content: JSONValue) -> String? {
        if case .ignored(let reason) = read(kind, content) { reason } else { nil }
    }

    static func message(_ members: JSONObject, in chat: JSONValue = privateChat) -> JSONValue {
        let whole: JSONObject = ["message_id": 5, "date": 1_790_000_000, "from": ada, "chat": chat, "text": "hello"]
        return .object(whole.merging(members).withoutNulls)
    }
}
