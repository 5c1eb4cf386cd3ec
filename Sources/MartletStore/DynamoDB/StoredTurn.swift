import FoundationEssentials
import MartletAWS
import MartletConversation
import MartletCore

/// A turn as it is kept: with the messages that show it, so that they can be forgotten with it.
struct StoredTurn: Sendable {
    /// The turn, with its position.
    var turn: Turn
    /// The messages of ``chat`` that show it.
    var messages: [MessageID]
    /// Where they are.
    var chat: ChatID
    /// The message that asked what this answers.
    var asked: MessageID?
    /// Its content as it is kept.
    var content: DynamoDBValue?

    /// What ranks of an event's turns begin with.
    static func rank(of event: EventID) -> String { "e#\(event.update)#" }

    /// What ranks of overheard turns begin with.
    static let overheardRank = "h#"

    /// Whether an item is a turn that was said in a group and not to the bot.
    static func isOverheard(_ item: DynamoDBItem) -> Bool {
        item[Name.rank]?.string?.hasPrefix(overheardRank) == true
    }

    /// The place of an event's or an overheard turn among those of its kind.
    private var rank: String? {
        let position = PositionClock.text(turn.position ?? 0)
        if turn.isOverheard { return Self.overheardRank + position }
        return turn.event.map { Self.rank(of: $0) + position }
    }

    /// The message that comes before it in a chain of replies.
    var next: MessageID? { turn.message.role == .assistant ? asked : turn.parent }

    /// The item.
    func item(_ bot: BotID, _ partition: String) -> DynamoDBItem {
        let position = turn.position ?? 0
        let key = Place.turn(position, bot, partition)
        return DynamoDBItem(
            key,
            [
                Name.rank: .text(rank),
                Name.role: .string(turn.message.role.rawValue), Name.content: content,
                Name.name: .text(turn.message.name), Name.date: .date(turn.date),
                Name.update: turn.event.map { .integer($0.update) },
                Name.source: (turn.source ?? asked).map { .integer($0.rawValue) },
                Name.speaker: turn.speaker.map { .integer($0.rawValue) },
                Name.parent: turn.parent.map { .integer($0.rawValue) },
                Name.messages: messages.isEmpty ? nil : .list(messages.map { .integer($0.rawValue) }),
                Name.chat: .integer(chat.rawValue),
            ]
        )
    }

    /// The entries that lead from messages to the turn.
    func shownItems(_ key: ConversationKey, at date: Date) -> [DynamoDBItem] {
        messages.map { message in
            DynamoDBItem(
                Place.shown(message, key.bot, key.chat),
                [
                    Name.key: .string(key.description), Name.position: turn.position.map { .integer($0) },
                    Name.next: next.map { .integer($0.rawValue) },
                    Name.expires: .double(
                        (date.timeIntervalSince1970 + DynamoDBConversationStore.shownMemory).rounded()
                    ),
                ]
            )
        }
    }

    /// The keys of all that goes with a turn's item: the item, the entries of its messages, the pieces of its content.
    static func keys(_ item: DynamoDBItem, bot: BotID) -> [DynamoDBKey] {
        guard let key = DynamoDBKey(of: item) else { return [] }
        var keys = DynamoDBConversationStore.parcelKeys(item[Name.content], in: key.partition)
        if let chat = item[Name.chat]?.integer {
            keys += (item[Name.messages]?.list ?? []).compactMap(\.integer).map {
                Place.shown(MessageID($0), bot, ChatID(chat))
            }
        }
        // The item comes last: as long as it is there, the rest can be found.
        return keys + [key]
    }
}

extension DynamoDBConversationStore {
    /// Reads an item of a conversation's partition; nil where it is no turn, or of a kind that is not known.
    func storedTurn(_ item: DynamoDBItem, bot: BotID) async throws -> StoredTurn? {
        guard let key = DynamoDBKey(of: item), key.sort.hasPrefix("t#"), let position = Int64(key.sort.dropFirst(2)),
            let role = item[Name.role]?.string.flatMap(Role.init(rawValue:)),
            let content = try await unpack(item[Name.content], in: key.partition), let date = item.date(Name.date)
        else { return nil }
        let source = item[Name.source]?.integer.map { MessageID($0) }
        var turn = Turn(
            ChatMessage(role: role, content: String(decoding: content, as: UTF8.self), name: item[Name.name]?.string),
            date: date,
            event: item[Name.update]?.integer.map { EventID(bot: bot, update: $0) },
            source: role == .assistant ? nil : source,
            speaker: item[Name.speaker]?.integer.map { UserID($0) },
            parent: item[Name.parent]?.integer.map { MessageID($0) }
        )
        turn.position = position
        return StoredTurn(
            turn: turn,
            messages: (item[Name.messages]?.list ?? []).compactMap(\.integer).map { MessageID($0) },
            chat: ChatID(item[Name.chat]?.integer ?? 0),
            asked: role == .assistant ? source : nil,
            content: item[Name.content]
        )
    }

    /// The turns of an event in a conversation, in order.
    func turns(of event: EventID, in partition: String) async throws -> [StoredTurn] {
        let query = DynamoDBQuery(
            Place.turns(event.bot, partition),
            .prefix(StoredTurn.rank(of: event)),
            isRanked: true
        )
        let keys = try await table.all(query).compactMap(DynamoDBKey.init(of:))
        let found = try await items(keys)
        var turns: [StoredTurn] = []
        for key in keys.sorted(by: { $0.sort < $1.sort }) {
            if let item = found[key], let turn = try await storedTurn(item, bot: event.bot) { turns.append(turn) }
        }
        return turns
    }

    /// The overheard turns of a conversation beyond the latest `limit`.
    func overheardTurns(in partition: String, bot: BotID, beyond limit: Int) async throws -> [DynamoDBItem] {
        let query = DynamoDBQuery(
            Place.turns(bot, partition),
            .prefix(StoredTurn.overheardRank),
            isRanked: true,
            isDescending: true
        )
        let keys = try await table.all(query).dropFirst(limit).compactMap(DynamoDBKey.init(of:))
        return keys.isEmpty ? [] : Array(try await items(keys).values)
    }

    /// Forgets turns with all that goes with them, pieces and entries first, so that a rest can be found by whoever goes on.
    func deleteTurns(_ items: [DynamoDBItem], bot: BotID) async throws {
        let keys = items.map { StoredTurn.keys($0, bot: bot) }
        try await delete(keys.flatMap { $0.dropLast() })
        try await delete(keys.compactMap(\.last))
    }
}
