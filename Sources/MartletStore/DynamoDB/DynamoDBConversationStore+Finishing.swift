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
    private struct Ending {
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
    private func record(of event: EventID, known: StoreCache.Record?) async throws -> StoreCache.Record {
        if let known { return known }
        return Self.known(try await item(Place.update(event)) ?? [:])
    }

    /// What a remembrance comes to.
    private struct Memory {
        /// The change of the conversation's own item.
        var conversation: DynamoDBWrite?
        /// What must change with it.
        var writes: [DynamoDBWrite] = []
        /// What leads from messages to turns; without it only chains of replies are shorter.
        var entries: [DynamoDBWrite] = []
        /// Whether the messages of the first event go over to another.
        var takesMessages = false
    }

    private func memory(
        of remembrance: Remembrance,
        after event: EventID,
        _ record: StoreCache.Record,
        _ work: inout Ending
    ) async throws -> Memory {
        switch remembrance {
        case .nothing: return Memory()
        case .turns(let turns): return try await appending(turns, after: event, record, &work)
        case .overheard(let turn):
            work.isOverheard = true
            return try await appending([turn], after: event, record, &work)
        case .unanswered(let question):
            let conversation = try await conversation(for: &work)
            let place = Place.turns(work.key.bot, conversation.partition)
            let packed = try await pack(JSONEncoder().encode(question), question, in: place, &work)
            work.obsolete += Self.parcelKeys(conversation.item[Name.unanswered], in: place)
            return Memory(conversation: change(of: conversation) { $0.set(Name.unanswered, packed) })
        case .answer(let answer, let question):
            let conversation = try await conversation(for: &work)
            let turns = try await turns(of: question, in: conversation.partition)
            guard let old = turns.last(where: { $0.turn.message.role == .assistant }) else {
                // The question was kept aside, or forgotten meanwhile.
                guard let asked = try await unanswered(in: conversation), asked.event == question else {
                    return Memory()
                }
                return try await appending([asked, answer], after: event, record, &work)
            }
            let messages = UpdateState.messages(in: try await item(Place.update(question)))
            var turn = old
            turn.turn.message.content = answer.message.content
            turn.turn.date = answer.date
            return try await replacing(old, by: turn, shownBy: messages, in: conversation, &work)
        case .continuation(let text, let question):
            let conversation = try await conversation(for: &work)
            let turns = try await turns(of: question, in: conversation.partition)
            guard let old = turns.last(where: { $0.turn.message.role == .assistant }) else { return Memory() }
            let questioned = try await item(Place.update(question))
            var messages = UpdateState.messages(in: questioned)
            let next = (messages.keys.max() ?? -1) + 1
            var moved = DynamoDBUpdate()
            for (part, message) in record.messages {
                messages[part + next] = message
                moved.set(UpdateState.messageName(part + next), .integer(message.rawValue))
            }
            moved.add(Name.revision, .integer(1))
            var turn = old
            turn.turn.message.content = text
            var memory = try await replacing(old, by: turn, shownBy: messages, in: conversation, &work)
            if questioned != nil, !record.messages.isEmpty {
                memory.writes.append(.update(Place.update(question), moved, if: .isThere))
                memory.takesMessages = true
            }
            return memory
        }
    }

    /// Turns at the end of a conversation, and nothing kept aside any more.
    private func appending(
        _ turns: [Turn],
        after event: EventID,
        _ record: StoreCache.Record,
        _ work: inout Ending
    ) async throws -> Memory {
        let key = work.key
        let partition = work.conversation?.partition ?? likelyPartition(of: key)
        let place = Place.turns(key.bot, partition)
        var memory = Memory()
        var last = work.conversation?.last ?? 0
        let asked = turns.last { $0.message.role == .user }?.source
        for turn in turns {
            last = positions.next(after: last)
            var turn = turn
            turn.position = last
            var stored = StoredTurn(turn: turn, messages: [], chat: key.chat)
            if turn.message.role == .assistant {
                stored.asked = asked
                if let own = turn.event {
                    let known = own == event ? record : try await self.record(of: own, known: nil)
                    stored.messages = known.messages.sorted { $0.key < $1.key }.map(\.value)
                }
            } else {
                stored.messages = turn.source.map { [$0] } ?? []
            }
            stored.content = try await pack(turn.message.content.utf8, turn, in: place, &work)
            memory.writes.append(.put(stored.item(key.bot, partition)))
            memory.entries += stored.shownItems(key, at: now()).map { .put($0) }
            if let speaker = turn.speaker, key.chat.rawValue != speaker.rawValue {
                memory.writes.append(.put(Self.trace(of: speaker, in: partition, bot: key.bot)))
            }
        }
        memory.writes = Self.unique(memory.writes)
        memory.entries = Self.unique(memory.entries)
        var update = DynamoDBUpdate()
        if !turns.isEmpty { update.set(Name.last, .integer(last)) }
        update.set(Name.key, .string(key.description))
        update.remove(Name.moved)
        // What was not said to the bot leaves a question that waits as it is.
        if !work.isOverheard { update.remove(Name.unanswered) }
        let isNewer = DynamoDBCondition.any([
            .missing(Name.last), .compares(Name.last, .less, .integer(last)),
        ])
        var conditions = [Self.isStored(in: partition, key)]
        if !turns.isEmpty { conditions.append(isNewer) }
        memory.conversation = .update(Place.conversation(key), update, if: .all(conditions))
        if !work.isOverheard, let kept = work.conversation?.item[Name.unanswered] {
            work.obsolete += Self.parcelKeys(kept, in: place)
        }
        return memory
    }

    /// Forgets overheard turns beyond those that are kept; where that fails, the next one does it.
    private func trimOverheard(of key: ConversationKey, known: ConversationRecord?) async throws {
        let partition = known?.partition ?? likelyPartition(of: key)
        let limit = Remembrance.overheardLimit
        try await deleteTurns(overheardTurns(in: partition, bot: key.bot, beyond: limit), bot: key.bot)
    }

    /// The note that somebody spoke in a conversation which is not theirs alone.
    static func trace(of speaker: UserID, in partition: String, bot: BotID) -> DynamoDBItem {
        DynamoDBItem(DynamoDBKey(Place.person(bot, speaker), "t#" + partition), [Name.partition: .string(partition)])
    }

    /// The last write of each item.
    private static func unique(_ writes: [DynamoDBWrite]) -> [DynamoDBWrite] {
        var seen: Set<DynamoDBKey> = []
        return writes.reversed().filter { seen.insert($0.key).inserted }.reversed()
    }

    private func replacing(
        _ old: StoredTurn,
        by new: StoredTurn,
        shownBy messages: [Int: MessageID],
        in conversation: ConversationRecord,
        _ work: inout Ending
    ) async throws -> Memory {
        let key = conversation.key
        let place = Place.turns(key.bot, conversation.partition)
        var new = new
        // Messages of before that are not the reply's any more stay in the list: their entries go with the turn.
        let added = messages.sorted { $0.key < $1.key }.map(\.value).filter { !new.messages.contains($0) }
        new.messages += added
        new.content = try await pack(new.turn.message.content.utf8, new.turn, in: place, &work)
        work.obsolete += Self.parcelKeys(old.content, in: place)
        let isSame = DynamoDBCondition.equals(Name.content, old.content)
        return Memory(
            conversation: change(of: conversation) { _ in },
            writes: [.put(new.item(key.bot, conversation.partition), if: isSame)],
            entries: new.shownItems(key, at: now()).map { .put($0) }
        )
    }

    /// A change of a conversation's item that holds while the turns stay where they are.
    private func change(
        of conversation: ConversationRecord,
        _ body: (inout DynamoDBUpdate) -> Void
    ) -> DynamoDBWrite {
        let key = conversation.key
        var update = DynamoDBUpdate()
        update.set(Name.key, .string(key.description))
        update.remove(Name.moved)
        body(&update)
        return .update(Place.conversation(key), update, if: Self.isStored(in: conversation.partition, key))
    }

    private func conversation(for work: inout Ending) async throws -> ConversationRecord {
        if let known = work.conversation { return known }
        let record = try await record(of: work.key)
        work.conversation = record
        return record
    }

    /// Packs a turn's content, and notes what is written for it.
    private func pack(
        _ bytes: some Collection<UInt8>,
        _ turn: Turn,
        in place: String,
        _ work: inout Ending
    ) async throws -> DynamoDBValue {
        let stem = PositionClock.text(turn.position ?? positions.next())
        let value = try await pack(bytes, in: place, stem: stem, isLasting: true)
        work.written += Self.parcelKeys(value, in: place)
        return value
    }
}
