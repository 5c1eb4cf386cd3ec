import FoundationEssentials
import MartletAWS
public import MartletConversation
import MartletCore

extension DynamoDBConversationStore {
    /// Gives everything of a chat to another number.
    ///
    /// A conversation moves in one transaction, and as many more with it as fit; turns stay where they are. Called again it moves the
    /// rest.
    public func migrate(
        _ chat: ChatID,
        of bot: BotID,
        to successor: ChatID
    ) async throws -> [ConversationKey] {
        guard chat != successor else { return [] }
        var moved: [ConversationKey] = []
        for group in try await records(of: bot, chat: chat).filter(\.isThere).pieces(of: 45) {
            moved += try await move(group, to: successor)
        }
        for record in try await records(of: bot, chat: successor) { try await clearGarbage(of: record) }
        for record in try await openRecords(of: bot) {
            guard let event = try await event(in: record, of: bot), event.key.chat == chat else { continue }
            try await change(event.id) {
                $0.key.chat = successor
            } while: { _ in
                true
            }
        }
        // Messages are numbered anew in the other chat, so what showed a turn in the old one says nothing there.
        try await deletePartition(Place.messages(bot, chat))
        return moved
    }

    /// Moves conversations of a chat, all or none; those that changed meanwhile are looked at again.
    private func move(_ records: [ConversationRecord], to chat: ChatID) async throws -> [ConversationKey] {
        var open = records
        while !open.isEmpty {
            var writes: [DynamoDBWrite] = []
            for record in open {
                var key = record.key
                key.chat = chat
                let existing = try await self.record(of: key)
                if existing.isThere { try await copyTurns(of: existing, into: record.partition) }
                writes += Self.moving(record, over: existing)
            }
            if open.count > 1, Self.byteCount(of: writes) > DynamoDBTable.transactionLimit.bytes {
                let half = open.count / 2
                return try await move(Array(open[..<half]), to: chat) + move(Array(open[half...]), to: chat)
            }
            do {
                try await table.transact(writes)
                for record in open {
                    var key = record.key
                    key.chat = chat
                    cache[partition: record.key] = nil
                    cache[partition: key] = nil
                }
                return open.map(\.key)
            } catch is DynamoDBRefusal {
                var current: [ConversationRecord] = []
                for record in open {
                    let again = try await self.record(of: record.key)
                    if again.isThere { current.append(again) }
                }
                open = current
            }
        }
        return []
    }

    /// The old key's item becomes a note of where turns go if anybody ever talks there again; the other's takes over what it had not.
    private static func moving(_ record: ConversationRecord, over existing: ConversationRecord) -> [DynamoDBWrite] {
        var item = existing.isThere ? existing.item : Place.conversation(existing.key).attributes
        item[Name.key] = .string(existing.key.description)
        item[Name.partition] = .string(record.partition)
        item[Name.settings] = item[Name.settings] ?? record.item[Name.settings]
        item[Name.last] = .integer(max(record.last, existing.last))
        item[Name.archived] = .integer(max(record.archived, existing.archived))
        if item[Name.summary] == nil {
            item[Name.summary] = record.item[Name.summary]
            item[Name.through] = record.item[Name.through]
        }
        if !existing.isThere { item[Name.unanswered] = record.item[Name.unanswered] }
        item[Name.moved] = nil
        var garbage = (record.item[Name.garbage]?.list ?? []) + (existing.item[Name.garbage]?.list ?? [])
        if existing.isThere { garbage.append(.string(existing.partition)) }
        item[Name.garbage] = garbage.isEmpty ? nil : .list(garbage)
        var note = Place.conversation(record.key).attributes
        note[Name.key] = .string(record.key.description)
        note[Name.moved] = .bool(true)
        note[Name.partition] = .string(ConversationRecord.partition(of: record.key) + "#" + UUID().uuidString)
        return [
            .put(item, if: isUnchanged(existing)), .put(note, if: isUnchanged(record)),
        ]
    }

    /// About how large writes are: long texts, and as much for everything else as it may come to.
    private static func byteCount(of writes: [DynamoDBWrite]) -> Int {
        writes.reduce(0) { sum, write in
            guard case .put(let item, _) = write else { return sum }
            let texts = item.values.compactMap { $0.bytes?.count ?? $0.string?.utf8.count }
            // Conditions repeat them.
            return sum + 2048 + 2 * texts.reduce(0, +)
        }
    }

    private static func isUnchanged(_ record: ConversationRecord) -> DynamoDBCondition {
        .all(
            [Name.last, Name.archived, Name.partition, Name.settings, Name.summary, Name.unanswered, Name.moved].map {
                .equals($0, record.item[$0])
            }
        )
    }

    /// Copies the turns of a conversation to where those of another are; done again it does no more.
    private func copyTurns(of record: ConversationRecord, into partition: String) async throws {
        let bot = record.key.bot
        guard record.partition != partition else { return }
        try await table.forEachPage(of: DynamoDBQuery(Place.turns(bot, record.partition))) { items in
            var copies: [DynamoDBWrite] = []
            for item in items {
                var item = item
                item[DynamoDBKey.partitionName] = .string(Place.turns(bot, partition))
                copies.append(.put(item))
                if let speaker = item[Name.speaker]?.integer {
                    copies.append(.put(Self.trace(of: UserID(speaker), in: partition, bot: bot)))
                }
            }
            var seen: Set<DynamoDBKey> = []
            try await table.batch(copies.filter { seen.insert($0.key).inserted })
            return true
        }
    }

    /// The conversations of a person alone.
    public func conversations(of user: UserID, bot: BotID) async throws -> [ConversationKey] {
        try await records(of: bot).filter { record in
            record.isThere && record.key.connection == nil
                && (record.key.user == user || record.key.chat.rawValue == user.rawValue)
        }
        .map(\.key)
    }
}
