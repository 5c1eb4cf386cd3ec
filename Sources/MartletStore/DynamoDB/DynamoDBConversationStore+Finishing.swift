import FoundationEssentials
import MartletAWS
public import MartletConversation
import MartletCore

extension DynamoDBConversationStore {
    /// Ends events.
    ///
    /// The first event's end, what is remembered and the place that it takes are one transaction; what does not fit follows it, and
    /// is done by ``beginAnswer(to:joining:lease:)`` where the process dies in between.
    public func finish(
        _ events: [EventID],
        as outcome: EventOutcome,
        remembering remembrance: Remembrance,
        in key: ConversationKey
    ) async throws {
        guard let first = events.first else { return }
        var work = Ending(first: first, others: Self.unique(events.dropFirst(), without: first), key: key)
        work.record = cache[record: first]
        for other in work.others { work.joined[other] = cache[record: other] }
        while true {
            do {
                let writes = try await writes(for: &work, outcome, remembrance)
                try await table.transact(writes.main)
                for write in writes.rest { try await table.write(write, orElse: [:]) }
                for other in work.late { try await end(other, as: outcome) }
                try await delete(work.obsolete)
                for event in events { cache[record: event] = nil }
                if work.isOverheard { try await trimOverheard(of: key, known: work.conversation) }
                return
            } catch let refusal as DynamoDBRefusal {
                try await delete(work.written)
                work.written = []
                guard note(refusal, &work) else {
                    // Whoever ended them may have died before the rest was done.
                    return try await deletePieces(of: cache[record: first], bot: first.bot)
                }
            }
        }
    }

    /// What is known on the way to an end.
    struct Ending {
        var first: EventID
        var others: [EventID]
        var key: ConversationKey
        /// Whether what is remembered was not said to the bot.
        var isOverheard = false
        /// Whether the first event was ended before.
        var isFirstEnded = false
        var record: StoreCache.Record?
        /// What is known of the others; of whatever is missing here, that there is nothing to know.
        var joined: [EventID: StoreCache.Record] = [:]
        /// The others for which the transaction has no room.
        var late: [EventID] = []
        var conversation: ConversationRecord?
        /// Items of a content that is not named by anything yet.
        var written: [DynamoDBKey] = []
        /// Items of a content that is not named any more afterwards.
        var obsolete: [DynamoDBKey] = []
        /// What the writes are about, by their place in the transaction.
        var subjects: [Subject] = []

        enum Subject: Equatable { case first, other(EventID), conversation, something }
    }

    /// Each event once, and the first nowhere.
    private static func unique(_ events: some Sequence<EventID>, without first: EventID) -> [EventID] {
        var seen: Set<EventID> = [first]
        return events.filter { seen.insert($0).inserted }
    }

    /// Learns from a refusal; false where nothing is left to do.
    private func note(_ refusal: DynamoDBRefusal, _ work: inout Ending) -> Bool {
        for (index, item) in refusal.items {
            switch index < work.subjects.count ? work.subjects[index] : .something {
            case .first:
                if UpdateState.isOpen(item) {
                    work.record = Self.known(item)
                } else {
                    work.isFirstEnded = true
                }
            case .other(let event):
                if UpdateState.isOpen(item) {
                    work.joined[event] = Self.known(item)
                } else {
                    work.others.removeAll { $0 == event }
                }
            case .conversation:
                let record = ConversationRecord(item: item, key: work.key)
                remember(record)
                work.conversation = record
            case .something: work.conversation = nil
            }
        }
        return !(work.isFirstEnded && work.others.isEmpty)
    }

    /// What has to be written, as far as is known now.
    private func writes(
        for work: inout Ending,
        _ outcome: EventOutcome,
        _ remembrance: Remembrance
    ) async throws -> (main: [DynamoDBWrite], rest: [DynamoDBWrite]) {
        var main: [DynamoDBWrite] = []
        var rest: [DynamoDBWrite] = []
        work.subjects = []
        work.obsolete = []
        if !work.isFirstEnded {
            var memory = Memory()
            var ending = ending(outcome)
            let record = try await record(of: work.first, known: work.record)
            work.record = record
            memory = try await self.memory(of: remembrance, after: work.first, record, &work)
            if memory.takesMessages {
                for part in record.messages.keys { ending.remove(UpdateState.messageName(part)) }
            }
            main.append(.update(Place.update(work.first), ending, if: Self.isOpen(as: record)))
            work.subjects.append(.first)
            if let conversation = memory.conversation {
                main.append(conversation)
                work.subjects.append(.conversation)
            }
            main += memory.writes
            work.subjects += memory.writes.map { _ in .something }
            rest = memory.entries
            work.obsolete += Self.pieces(of: record, bot: work.first.bot)
        }
        var room = max(0, DynamoDBTable.transactionLimit.items - main.count)
        for other in work.others.prefix(room) {
            let record = work.joined[other] ?? StoreCache.Record()
            main.append(.update(Place.update(other), ending(outcome), if: Self.isOpen(as: record)))
            work.subjects.append(.other(other))
            work.obsolete += Self.pieces(of: record, bot: other.bot)
        }
        work.late = Array(work.others.dropFirst(room))
        room = max(0, DynamoDBTable.transactionLimit.items - main.count)
        return (main + rest.prefix(room), Array(rest.dropFirst(room)))
    }

    /// Ends an event that is open, whatever it became meanwhile.
    func end(_ event: EventID, as outcome: EventOutcome) async throws {
        var record = try await item(Place.update(event)) ?? [:]
        while UpdateState.isOpen(record) {
            let known = Self.known(record)
            do {
                try await table.write(.update(Place.update(event), ending(outcome), if: Self.isOpen(as: known)))
                return try await deletePieces(of: known, bot: event.bot)
            } catch let refusal as DynamoDBRefusal {
                record = refusal.item
            }
        }
    }

    /// An event is not finished, and its record is what is known of it.
    static func isOpen(as record: StoreCache.Record) -> DynamoDBCondition {
        .all([
            UpdateState.isOpen, .equals(Name.revision, record.revision == 0 ? nil : .integer(record.revision)),
        ])
    }

    /// The pieces of what is too large for a record.
    private static func pieces(of record: StoreCache.Record, bot: BotID) -> [DynamoDBKey] {
        record.parcels.flatMap { parcelKeys($0.value, in: Place.updates(bot)) }
    }

    /// Deletes the pieces of what was too large for a record that names them no more.
    func deletePieces(of record: StoreCache.Record?, bot: BotID) async throws {
        guard let record else { return }
        try await delete(Self.pieces(of: record, bot: bot))
    }

    /// What ending an event makes of its record: it is recognised, and says nothing.
    func ending(_ outcome: EventOutcome) -> DynamoDBUpdate {
        var update = DynamoDBUpdate()
        update.set(Name.state, .string(outcome.rawValue))
        update.set(Name.expires, expiry(of: now()))
        update.remove(
            Name.event,
            Name.final,
            Name.rank,
            Name.owner,
            Name.expiry,
            Name.leader,
            Name.joined,
            Name.stop,
            Name.nonce
        )
        return update
    }

    /// What is known of an event's record, asked for where nothing is.
    func record(of event: EventID, known: StoreCache.Record?) async throws -> StoreCache.Record {
        if let known { return known }
        return Self.known(try await item(Place.update(event)) ?? [:])
    }
}
