import FoundationEssentials
import MartletAWS
import MartletConversation
import MartletCore

/// What is kept of a conversation beside its turns.
struct ConversationRecord: Sendable {
    /// As it stands in the table; empty where there is none.
    var item: DynamoDBItem
    /// Whose it is.
    var key: ConversationKey

    /// Whether there is a conversation; what is left of one that moved is none.
    var isThere: Bool { !item.isEmpty && item[Name.moved]?.bool != true }
    /// Where its turns are.
    var partition: String { item[Name.partition]?.string ?? Self.partition(of: key) }
    /// The last position that was given.
    var last: Int64 { item[Name.last]?.integer ?? 0 }
    /// The position through which turns are put away.
    var archived: Int64 { item[Name.archived]?.integer ?? 0 }

    /// Where turns are unless something else is said.
    static func partition(of key: ConversationKey) -> String { Place.tail(of: key) }

    /// The conversation that an item is about.
    init?(_ item: DynamoDBItem, bot: BotID) {
        guard let text = item[Name.key]?.string, let key = ConversationKey(stored: text) else { return nil }
        self.init(item: item, key: key)
    }

    init(item: DynamoDBItem, key: ConversationKey) {
        self.item = item
        self.key = key
    }

    /// What the chat has chosen.
    var settings: ChatSettings { ChatSettings(stored: item[Name.settings]?.string) }
}

extension DynamoDBConversationStore {
    /// What is kept of a conversation.
    func record(of key: ConversationKey) async throws -> ConversationRecord {
        let record = ConversationRecord(item: try await table.item(Place.conversation(key)) ?? [:], key: key)
        remember(record)
        return record
    }

    /// Notes where the turns of a conversation are.
    func remember(_ record: ConversationRecord) {
        let isUsual = record.partition == ConversationRecord.partition(of: record.key)
        cache[partition: record.key] = isUsual ? nil : record.partition
    }

    /// Where the turns of a conversation probably are.
    func likelyPartition(of key: ConversationKey) -> String {
        cache[partition: key] ?? ConversationRecord.partition(of: key)
    }

    /// That the turns of a conversation are where they are thought to be.
    static func isStored(in partition: String, _ key: ConversationKey) -> DynamoDBCondition {
        partition == ConversationRecord.partition(of: key)
            ? .missing(Name.partition) : .equals(Name.partition, .string(partition))
    }

    /// Every conversation of a bot.
    /// - Parameter chat: Only those of a chat.
    func records(of bot: BotID, chat: ChatID? = nil) async throws -> [ConversationRecord] {
        let query = DynamoDBQuery(Place.conversations(bot), chat.map { .prefix("\($0):") })
        var records: [ConversationRecord] = []
        try await table.forEachPage(of: query) { items in
            records += items.compactMap { ConversationRecord($0, bot: bot) }
            return true
        }
        return records
    }

    /// The turn that was kept aside, with what it is kept as.
    func unanswered(in record: ConversationRecord) async throws -> Turn? {
        let place = Place.turns(record.key.bot, record.partition)
        guard let bytes = try await unpack(record.item[Name.unanswered], in: place) else { return nil }
        return try? JSONDecoder().decode(Turn.self, from: Data(bytes))
    }
}
