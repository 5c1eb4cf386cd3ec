import FoundationEssentials
import MartletAWS
import MartletConversation
import MartletCore

/// What the end of an event leaves in its conversation.
extension DynamoDBConversationStore {
    /// What a remembrance comes to.
    struct Memory {
        /// The change of the conversation's own item.
        var conversation: DynamoDBWrite?
        /// What must change with it.
        var writes: [DynamoDBWrite] = []
        /// What leads from messages to turns; without it only chains of replies are shorter.
        var entries: [DynamoDBWrite] = []
        /// Whether the messages of the first event go over to another.
        var takesMessages = false
    }

    /// What a remembrance changes, as far as is known now.
    func memory(
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
    func trimOverheard(of key: ConversationKey, known: ConversationRecord?) async throws {
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

    /// A turn in the place of another, if that is as it was.
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

    /// The conversation, asked for where it is not known.
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
