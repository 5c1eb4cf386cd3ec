public import FoundationEssentials
import MartletAWS
public import MartletConversation

extension DynamoDBConversationStore: ConversationStore {
    /// Records updates and leaves out those that are known.
    ///
    /// Up to a hundred at once are all or none; more take several steps. Where a step fails, those before it and it itself may be
    /// recorded: whoever is told so and delivers again is given them as new, and a process that dies finds them unfinished.
    public func accept(_ updates: [ReceivedUpdate]) async throws -> [InboundEvent] {
        var seen: Set<EventID> = []
        let nonce = UUID().uuidString
        var arrivals: [Arrival] = []
        for update in updates where seen.insert(update.id).inserted {
            arrivals.append(try await arrival(of: update, nonce: nonce))
        }
        var accepted: [Arrival] = []
        do {
            for group in Self.groups(of: arrivals) { accepted += try await record(group, nonce: nonce) }
        } catch {
            cache.noteLost(nonce)
            throw error
        }
        for arrival in accepted where arrival.event != nil {
            cache[record: arrival.id] = StoreCache.Record(
                revision: arrival.item[Name.revision]?.integer ?? 0,
                parcels: arrival.parcels
            )
        }
        return accepted.compactMap(\.event)
    }

    /// An update that is to be recorded.
    private struct Arrival {
        var id: EventID
        var event: InboundEvent?
        var item: DynamoDBItem
        var byteCount: Int
        var parcels: [Parcel]
    }

    private func arrival(of update: ReceivedUpdate, nonce: String) async throws -> Arrival {
        let position = PositionClock.text(positions.next())
        let key = Place.update(update.id)
        var item = DynamoDBItem(
            key,
            [Name.received: .date(now()), Name.nonce: .string(nonce), Name.attempt: .integer(0)]
        )
        var packed: DynamoDBValue?
        var inbound: InboundEvent?
        switch update.meaning {
        case .event(let event):
            inbound = event
            packed = try await pack(
                JSONEncoder().encode(event),
                in: key.partition,
                stem: "\(update.id.update)",
                isLasting: false
            )
            item[Name.event] = packed
            if packed.flatMap(Parcel.init) != nil { item[Name.revision] = .integer(1) }
            item[Name.state] = .string(UpdateState.accepted)
            item[Name.rank] = .string(UpdateState.openRank + position)
        case .ignored:
            item[Name.state] = .string(EventOutcome.ignored.rawValue)
        case .unreadable(let bytes):
            packed = try await pack(bytes, in: key.partition, stem: "\(update.id.update)", isLasting: false)
            item[Name.unreadable] = packed
            item[Name.state] = .string(UpdateState.unreadable)
            item[Name.rank] = .string(UpdateState.unreadableRank + position)
        }
        if inbound == nil { item[Name.expires] = expiry(of: now()) }
        return Arrival(
            id: update.id,
            event: inbound,
            item: item,
            byteCount: packed?.bytes?.count ?? 0,
            parcels: packed.flatMap(Parcel.init).map { [$0] } ?? []
        )
    }

    /// Groups that fit into a transaction.
    private static func groups(of arrivals: [Arrival]) -> [[Arrival]] {
        var groups: [[Arrival]] = []
        var byteCount = 0
        for arrival in arrivals {
            // Bytes travel as base64, and an item's other attributes are small.
            let size = arrival.byteCount * 4 / 3 + 1024
            if let last = groups.last, last.count < DynamoDBTable.transactionLimit.items,
                byteCount + size <= DynamoDBTable.transactionLimit.bytes
            {
                groups[groups.count - 1].append(arrival)
                byteCount += size
            } else {
                groups.append([arrival])
                byteCount = size
            }
        }
        return groups
    }

    /// Records a group, all or none, without those that are known.
    ///
    /// A record with this call's nonce is its own, the answer to an earlier attempt was lost; one with the nonce of a call that
    /// failed was never handed to anybody.
    private func record(_ group: [Arrival], nonce: String) async throws -> [Arrival] {
        var open = group
        var own: Set<EventID> = []
        while !open.isEmpty {
            let isNew = DynamoDBCondition.any([
                .isAbsent, .compares(Name.expires, .less, .date(now())),
            ])
            do {
                try await table.transact(open.map { .put($0.item, if: isNew) })
                break
            } catch let refusal as DynamoDBRefusal {
                for (index, item) in refusal.items {
                    guard let known = item[Name.nonce]?.string else { continue }
                    if known == nonce || cache.isLost(known) && UpdateState.isOpen(item) { own.insert(open[index].id) }
                }
                open = open.indices.filter { refusal.items[$0] == nil }.map { open[$0] }
            }
        }
        let recorded = Set(open.map(\.id)).union(own)
        return group.filter { recorded.contains($0.id) }
    }

    /// When the record of an update that was received then may go.
    func expiry(of received: Date) -> DynamoDBValue {
        .double((received.timeIntervalSince1970 + Self.memory).rounded(.up))
    }

    /// The records of a bot's updates that are open, in order.
    func openRecords(of bot: BotID) async throws -> [DynamoDBItem] {
        var keys: [DynamoDBKey] = []
        let query = DynamoDBQuery(Place.updates(bot), .prefix(UpdateState.openRank), isRanked: true)
        try await table.forEachPage(of: query) { items in
            keys += items.compactMap(DynamoDBKey.init(of:))
            return true
        }
        let records = try await items(keys)
        return records.values.filter { $0[Name.rank] != nil }
            .sorted { ($0[Name.rank]?.string ?? "") < ($1[Name.rank]?.string ?? "") }
    }

    /// The event of an open record.
    func event(in record: DynamoDBItem, of bot: BotID) async throws -> InboundEvent? {
        guard let bytes = try await unpack(record[Name.event], in: Place.updates(bot)) else { return nil }
        return try JSONDecoder().decode(InboundEvent.self, from: Data(bytes))
    }

    /// The events that are not finished, in order.
    public func unfinishedEvents(of bot: BotID) async throws -> [InboundEvent] {
        var events: [InboundEvent] = []
        for record in try await openRecords(of: bot) {
            if let event = try await event(in: record, of: bot) { events.append(event) }
        }
        return events
    }

    /// Notes a shown part.
    public func recordMessage(_ message: MessageID, part: Int, of event: EventID) async throws {
        var update = DynamoDBUpdate()
        update.set(UpdateState.messageName(part), .integer(message.rawValue))
        update.add(Name.revision, .integer(1))
        let key = Place.update(event)
        let changed = try await table.write(.update(key, update, if: .isThere), returning: .changes, orElse: [:])
        note(changed[Name.revision]?.integer, of: event) { $0.messages[part] = message }
    }

    /// Notes a change of a record that gave it a revision.
    private func note(_ revision: Int64?, of event: EventID, _ change: (inout StoreCache.Record) -> Void) {
        cache.change(event) { record in
            // Where somebody else changed it in between, nothing is known any more.
            guard var known = record, revision == known.revision + 1 else {
                record = nil
                return
            }
            known.revision += 1
            change(&known)
            record = known
        }
    }

    /// Settles the text.
    public func recordFinal(_ reply: FinalReply, of event: EventID) async throws {
        let key = Place.update(event)
        let packed = try await pack(
            JSONEncoder().encode(reply),
            in: key.partition,
            stem: "\(event.update)",
            isLasting: false
        )
        var update = DynamoDBUpdate()
        update.set(Name.state, .string(UpdateState.delivering))
        update.set(Name.final, packed)
        update.add(Name.revision, .integer(1))
        do {
            let old = try await table.write(.update(key, update, if: UpdateState.isOpen), returning: .replaced)
            note((old[Name.revision]?.integer ?? 0) + 1, of: event) { record in
                if let parcel = Parcel(packed) { record.parcels.append(parcel) }
            }
            // A call whose answer was lost finds its own.
            if old[Name.final] != packed { try await delete(Self.parcelKeys(old[Name.final], in: key.partition)) }
        } catch is DynamoDBRefusal {
            try await delete(Self.parcelKeys(packed, in: key.partition))
        }
    }

    /// Changes what an unfinished event says.
    public func amend(_ event: EventID, to content: InboundEvent.Content) async throws {
        try await change(event) { inbound in
            inbound.content = content
        } while: { record in
            record[Name.final] == nil
        }
    }

    /// Changes an unfinished event in one step.
    func change(
        _ event: EventID,
        _ body: (inout InboundEvent) -> Void,
        while isMeant: (DynamoDBItem) -> Bool
    ) async throws {
        let key = Place.update(event)
        while let record = try await item(key), UpdateState.isOpen(record), isMeant(record) {
            guard var inbound = try await self.event(in: record, of: event.bot) else { return }
            body(&inbound)
            let packed = try await pack(
                JSONEncoder().encode(inbound),
                in: key.partition,
                stem: "\(event.update)",
                isLasting: false
            )
            var update = DynamoDBUpdate()
            update.set(Name.event, packed)
            update.set(Name.edits, .integer((record[Name.edits]?.integer ?? 0) + 1))
            update.add(Name.revision, .integer(1))
            let isUnchanged = DynamoDBCondition.all([
                UpdateState.isOpen, .equals(Name.edits, record[Name.edits]), .equals(Name.state, record[Name.state]),
            ])
            do {
                try await table.write(.update(key, update, if: isUnchanged))
                try await delete(Self.parcelKeys(record[Name.event], in: key.partition))
                cache[record: event] = nil
                return
            } catch is DynamoDBRefusal {
                try await delete(Self.parcelKeys(packed, in: key.partition))
            }
        }
    }

    /// Forgets old finished updates; what is older than the store's own memory is forgotten already.
    ///
    /// - Complexity: Nothing at all within that memory; else it reads the whole table.
    public func pruneUpdates(receivedBefore date: Date) async throws {
        guard date.timeIntervalSince1970 > now().timeIntervalSince1970 - Self.memory else { return }
        let isOld = DynamoDBCondition.all([
            .compares(Name.received, .less, .date(date)), .exists(Name.expires),
        ])
        try await table.forEachItem(where: isOld, names: [Name.event, Name.final, Name.unreadable]) { item in
            guard let key = DynamoDBKey(of: item) else { return }
            let parcels = [Name.event, Name.final, Name.unreadable].flatMap { name in
                Self.parcelKeys(item[name], in: key.partition)
            }
            try await delete(parcels)
            try await table.write(.delete(key, if: isOld), orElse: [:])
        }
    }
}

/// How far an update is, in its record.
enum UpdateState {
    /// Accepted; answering where there was an attempt.
    static let accepted = "accepted"
    static let delivering = "delivering"
    static let unreadable = "unreadable"

    /// What ranks of open updates begin with, and only they.
    static let openRank = "o#"
    /// What ranks of unreadable updates begin with.
    static let unreadableRank = "x#"

    /// The record is that of an update that is not finished.
    static let isOpen = DynamoDBCondition.any(
        [accepted, delivering].map { .compares(Name.state, .equal, .string($0)) }
    )

    /// Whether a record is that of an update that is not finished.
    static func isOpen(_ record: DynamoDBItem) -> Bool {
        [accepted, delivering].contains(record[Name.state]?.string)
    }

    /// The attribute for the message that shows a part.
    static func messageName(_ part: Int) -> String { "m\(part)" }

    /// The messages that show a reply, by part.
    static func messages(in record: DynamoDBItem?) -> [Int: MessageID] {
        var messages: [Int: MessageID] = [:]
        for (name, value) in record ?? [:] where name.hasPrefix("m") {
            if let part = Int(name.dropFirst()), let message = value.integer { messages[part] = MessageID(message) }
        }
        return messages
    }
}

extension DynamoDBTable {
    /// Changes an item where its condition holds, and gives `other` where it does not.
    @discardableResult
    func write(
        _ write: DynamoDBWrite,
        returning: Returned = .nothing,
        orElse other: DynamoDBItem
    ) async throws -> DynamoDBItem {
        do {
            return try await self.write(write, returning: returning)
        } catch is DynamoDBRefusal {
            return other
        }
    }
}
