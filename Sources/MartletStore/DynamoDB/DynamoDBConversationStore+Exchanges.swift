import FoundationEssentials
import MartletAWS
public import MartletConversation
import MartletCore

extension DynamoDBConversationStore {
    /// Reads an exchange.
    public func exchange(of question: EventID?, in key: ConversationKey) async throws -> Exchange? {
        let record = try await record(of: key)
        guard record.isThere else { return nil }
        if let unanswered = try await unanswered(in: record), let event = unanswered.event,
            question == nil || question == event
        {
            return Exchange(question: unanswered, answer: nil, messages: try await messages(of: event))
        }
        var subject = question
        if subject == nil { subject = try await latestQuestion(in: record)?.turn.event }
        guard let event = subject else { return nil }
        async let shown = messages(of: event)
        let turns = try await turns(of: event, in: record.partition).map(\.turn)
            .filter { ($0.position ?? 0) > record.archived }
        guard let asked = turns.first(where: { $0.message.role == .user }) else { return nil }
        return Exchange(
            question: asked,
            answer: turns.last { $0.message.role == .assistant },
            messages: try await shown
        )
    }

    private func messages(of event: EventID) async throws -> [Int: MessageID] {
        UpdateState.messages(in: try await item(Place.update(event)))
    }

    /// The latest question that is not put away.
    private func latestQuestion(in record: ConversationRecord) async throws -> StoredTurn? {
        var found: StoredTurn?
        let place = Place.turns(record.key.bot, record.partition)
        try await table.forEachPage(of: DynamoDBQuery(place, .prefix("t#"), isDescending: true, limit: 4)) { items in
            for item in items {
                guard let turn = try await storedTurn(item, bot: record.key.bot) else { continue }
                guard (turn.turn.position ?? 0) > record.archived else { return false }
                guard turn.turn.message.role != .user || turn.turn.isOverheard else {
                    found = turn
                    return false
                }
            }
            return true
        }
        return found
    }

    /// Forgets the latest exchange.
    ///
    /// What was made of it goes first, then its turns, the latest before the others: a rest is found by the next call.
    public func removeLatestExchange(in key: ConversationKey) async throws -> Bool {
        let record = try await record(of: key)
        guard record.isThere else { return false }
        let latest = try await latestQuestion(in: record)?.turn.position
        var update = DynamoDBUpdate()
        update.remove(Name.unanswered)
        if let latest, let through = record.item[Name.through]?.integer, through >= latest {
            update.remove(Name.summary, Name.through)
        }
        let isSame = DynamoDBCondition.all([
            Self.isStored(in: record.partition, key), .missing(Name.moved),
            .equals(Name.unanswered, record.item[Name.unanswered]), .equals(Name.through, record.item[Name.through]),
        ])
        guard let latest else {
            try await table.write(.update(Place.conversation(key), update, if: isSame), orElse: [:])
            return false
        }
        let place = Place.turns(key.bot, record.partition)
        let range = DynamoDBQuery.Range.between("t#" + PositionClock.text(latest), "t#~")
        let items = try await table.all(DynamoDBQuery(place, range, isDescending: true))
            .filter { !StoredTurn.isOverheard($0) }
        let keys = items.compactMap(DynamoDBKey.init(of:))
        do {
            try await table.transact(
                [.update(Place.conversation(key), update, if: isSame)]
                    + keys.prefix(DynamoDBTable.transactionLimit.items - 1).map { .delete($0) }
            )
        } catch is DynamoDBRefusal {
            return try await removeLatestExchange(in: key)
        }
        try await deleteTurns(items, bot: key.bot)
        return true
    }

    /// The turns that lead to a message.
    public func replyChain(to message: MessageID, in place: ConversationKey, limit: Int) async throws -> [Turn] {
        var links: [(key: ConversationKey, position: Int64)] = []
        var seen: Set<Int64> = []
        var next: MessageID? = message
        while links.count < limit, let current = next {
            guard let entry = try await item(Place.shown(current, place.bot, place.chat)),
                let key = entry[Name.key]?.string.flatMap(ConversationKey.init(stored:)), key.place == place.place,
                let position = entry[Name.position]?.integer, seen.insert(position).inserted
            else { break }
            links.append((key, position))
            next = entry[Name.next]?.integer.map { MessageID($0) }
        }
        let keys = Set(links.map(\.key))
        let found = try await items(keys.map(Place.conversation))
        let partitions = Dictionary(
            uniqueKeysWithValues: keys.map { key in
                (key, ConversationRecord(item: found[Place.conversation(key)] ?? [:], key: key).partition)
            }
        )
        let places = links.map { Place.turn($0.position, place.bot, partitions[$0.key] ?? "") }
        let turns = try await items(places)
        var chain: [Turn] = []
        for place in places {
            guard let item = turns[place], let turn = try await storedTurn(item, bot: links[0].key.bot) else { break }
            chain.append(turn.turn)
        }
        return chain.reversed()
    }
}
