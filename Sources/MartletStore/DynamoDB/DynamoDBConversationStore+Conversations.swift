import FoundationEssentials
import MartletAWS
public import MartletConversation
import MartletCore

extension DynamoDBConversationStore {
    /// Reads a conversation: its item and, at the same time, its turns from the newest end.
    public func conversation(for key: ConversationKey, turnLimit: Int) async throws -> Conversation {
        let likely = likelyPartition(of: key)
        async let guess = latestTurns(turnLimit, of: key.bot, in: likely)
        let record = try await record(of: key)
        var turns = try await guess
        guard record.isThere else { return Conversation() }
        if record.partition != likely { turns = try await latestTurns(turnLimit, of: key.bot, in: record.partition) }
        var conversation = Conversation(turns: turns.filter { ($0.position ?? 0) > record.archived })
        conversation.settings = record.settings
        let place = Place.turns(key.bot, record.partition)
        if let through = record.item[Name.through]?.integer,
            let text = try await unpack(record.item[Name.summary], in: place)
        {
            conversation.summary = Conversation.Summary(text: String(decoding: text, as: UTF8.self), through: through)
        }
        conversation.unanswered = try await unanswered(in: record)
        return conversation
    }

    /// The latest turns of a partition, put away or not, oldest first.
    private func latestTurns(_ limit: Int, of bot: BotID, in partition: String) async throws -> [Turn] {
        guard limit > 0 else { return [] }
        var turns: [Turn] = []
        let query = DynamoDBQuery(Place.turns(bot, partition), .prefix("t#"), isDescending: true, limit: limit)
        try await table.forEachPage(of: query) { items in
            for item in items where turns.count < limit {
                if let stored = try await storedTurn(item, bot: bot) { turns.append(stored.turn) }
            }
            return turns.count < limit
        }
        return turns.reversed()
    }

    /// Forgets the turns and what was made from them.
    ///
    /// They are put away first, so that they are gone at once; called again it deletes what is left.
    public func eraseTurns(of key: ConversationKey) async throws {
        guard let record = try await putAway(key) else { return }
        try await deleteTurns(of: record, through: record.last)
    }

    /// Puts the turns away.
    public func archiveTurns(of key: ConversationKey) async throws {
        _ = try await putAway(key)
    }

    /// Puts turns away and drops what was made from them.
    /// - Returns: The conversation afterwards; nil where there is none.
    private func putAway(_ key: ConversationKey) async throws -> ConversationRecord? {
        var before = ConversationRecord(item: [:], key: key)
        let after = try await change(key) { record, update in
            before = record
            update.set(Name.archived, from: Name.last, otherwise: .integer(0))
            update.remove(Name.summary, Name.through, Name.unanswered)
        }
        guard let after else { return nil }
        try await deleteDerived(of: before)
        return after
    }

    /// Deletes the pieces of what a conversation's item named.
    func deleteDerived(of record: ConversationRecord) async throws {
        let place = Place.turns(record.key.bot, record.partition)
        try await delete(
            Self.parcelKeys(record.item[Name.summary], in: place)
                + Self.parcelKeys(record.item[Name.unanswered], in: place)
        )
    }

    /// Changes the item of a conversation that is there, as it was read.
    /// - Returns: The conversation afterwards; nil where there is none.
    private func change(
        _ key: ConversationKey,
        _ body: (ConversationRecord, inout DynamoDBUpdate) -> Void
    ) async throws -> ConversationRecord? {
        var record = try await record(of: key)
        while record.isThere {
            var update = DynamoDBUpdate()
            body(record, &update)
            let isSame = DynamoDBCondition.all([
                .isThere, Self.isStored(in: record.partition, key), .missing(Name.moved),
                .equals(Name.summary, record.item[Name.summary]),
                .equals(Name.unanswered, record.item[Name.unanswered]),
            ])
            do {
                let item = try await table.write(
                    .update(Place.conversation(key), update, if: isSame),
                    returning: .item
                )
                return ConversationRecord(item: item, key: key)
            } catch let refusal as DynamoDBRefusal {
                record = ConversationRecord(item: refusal.item, key: key)
                remember(record)
            }
        }
        return nil
    }

    /// Deletes the turns of a conversation up to a position, with what goes with them and what nothing names.
    func deleteTurns(of record: ConversationRecord, through last: Int64) async throws {
        let bot = record.key.bot
        try await clearGarbage(of: record)
        for prefix in ["t#", "x#"] {
            let range = DynamoDBQuery.Range.between(prefix, prefix + PositionClock.text(last) + "#~")
            let names = [Name.content, Name.messages, Name.chat]
            let query = DynamoDBQuery(
                Place.turns(bot, record.partition),
                range,
                names: prefix == "t#" ? names : []
            )
            try await table.forEachPage(of: query) { items in
                try await deleteTurns(items, bot: bot)
                return true
            }
        }
    }

    /// Deletes the partitions that a conversation has left behind when it moved.
    func clearGarbage(of record: ConversationRecord) async throws {
        let left = (record.item[Name.garbage]?.list ?? []).compactMap(\.string)
        guard !left.isEmpty else { return }
        for partition in left { try await deletePartition(Place.turns(record.key.bot, partition)) }
        var update = DynamoDBUpdate()
        update.remove(Name.garbage)
        let isSame = DynamoDBCondition.equals(Name.garbage, record.item[Name.garbage])
        try await table.write(.update(Place.conversation(record.key), update, if: isSame), orElse: [:])
    }

    /// Keeps a summary while the turns behind it are there.
    public func setSummary(_ summary: Conversation.Summary, for key: ConversationKey) async throws {
        let record = try await record(of: key)
        guard record.isThere else { return }
        let place = Place.turns(key.bot, record.partition)
        let packed = try await pack(
            summary.text.utf8,
            in: place,
            stem: PositionClock.text(summary.through),
            isLasting: true
        )
        var update = DynamoDBUpdate()
        update.set(Name.summary, packed)
        update.set(Name.through, .integer(summary.through))
        let isCurrent = DynamoDBCondition.all([
            Self.isStored(in: record.partition, key), .missing(Name.moved),
            .equals(Name.summary, record.item[Name.summary]),
            .any([.missing(Name.archived), .compares(Name.archived, .less, .integer(summary.through))]),
        ])
        do {
            try await table.transact([
                .update(Place.conversation(key), update, if: isCurrent),
                .check(Place.turn(summary.through, key.bot, record.partition), .isThere),
            ])
            try await delete(Self.parcelKeys(record.item[Name.summary], in: place))
        } catch is DynamoDBRefusal {
            try await delete(Self.parcelKeys(packed, in: place))
        }
    }

    /// Changes what the chat has chosen.
    public func updateSettings(
        of key: ConversationKey,
        _ change: @escaping @Sendable (inout ChatSettings) -> Void
    ) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        while true {
            let record = try await record(of: key)
            var settings = record.settings
            change(&settings)
            var update = DynamoDBUpdate()
            update.set(Name.settings, .string(String(decoding: try encoder.encode(settings), as: UTF8.self)))
            update.set(Name.key, .string(key.description))
            update.remove(Name.moved)
            let isSame = DynamoDBCondition.equals(Name.settings, record.item[Name.settings])
            do {
                try await table.write(.update(Place.conversation(key), update, if: isSame))
                return
            } catch is DynamoDBRefusal {
                // Somebody else chose something in between.
            }
        }
    }
}
