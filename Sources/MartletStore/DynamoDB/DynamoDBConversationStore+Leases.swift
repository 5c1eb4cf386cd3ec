public import FoundationEssentials
import MartletAWS
public import MartletConversation

extension DynamoDBConversationStore {
    /// Starts an attempt.
    public func beginAnswer(to event: EventID, joining others: [EventID], lease: Lease?) async throws -> AnswerStart {
        let others = others.filter { $0 != event && $0.bot == event.bot }
        if !others.isEmpty, let progress = try await beginFirst(event, joining: others, lease) {
            return .begun(progress)
        }
        do {
            let record = try await table.write(
                .update(Place.update(event), Self.beginning(lease), if: Self.isFree(for: lease)),
                returning: .item
            )
            return .begun(try await progress(of: event, record))
        } catch let refusal as DynamoDBRefusal {
            let record = refusal.item
            guard UpdateState.isOpen(record) else { return .finished }
            if let leader = record[Name.leader]?.integer {
                try await endWithLeader(event, EventID(bot: event.bot, update: leader))
                return .finished
            }
            return .held(until: record.date(Name.expiry) ?? now())
        }
    }

    /// The events that nobody has begun.
    public func waitingEvents(in place: ConversationKey) async throws -> [InboundEvent] {
        var events: [InboundEvent] = []
        for record in try await openRecords(of: place.bot)
        where record[Name.state]?.string == UpdateState.accepted && record[Name.attempt]?.integer ?? 0 == 0
            && record[Name.leader] == nil
        {
            guard let event = try await event(in: record, of: place.bot), event.key.place == place.place else {
                continue
            }
            events.append(event)
        }
        return events
    }

    /// The first attempt, which joins others for good: all of it in one transaction; nil where it is not the first, or not free.
    private func beginFirst(
        _ event: EventID,
        joining others: [EventID],
        _ lease: Lease?
    ) async throws -> AnswerProgress? {
        // One item of a transaction is the event's own.
        var others = Array(others.prefix(DynamoDBTable.transactionLimit.items - 1))
        while !others.isEmpty {
            var first = Self.beginning(lease)
            first.set(Name.joined, .list(others.map { .integer($0.update) }))
            let isFirst = DynamoDBCondition.all([Self.isFree(for: lease), .equals(Name.attempt, .integer(0))])
            var join = DynamoDBUpdate()
            join.set(Name.leader, .integer(event.update))
            let isAlone = DynamoDBCondition.all([
                UpdateState.isOpen, .equals(Name.attempt, .integer(0)), .missing(Name.leader),
            ])
            do {
                try await table.transact(
                    [.update(Place.update(event), first, if: isFirst)]
                        + others.map { .update(Place.update($0), join, if: isAlone) }
                )
                return AnswerProgress(attempt: 1, joined: others)
            } catch let refusal as DynamoDBRefusal {
                if refusal.items[0] != nil { return nil }
                others = others.indices.filter { refusal.items[$0 + 1] == nil }.map { others[$0] }
            }
        }
        return nil
    }

    private static func beginning(_ lease: Lease?) -> DynamoDBUpdate {
        var update = DynamoDBUpdate()
        update.add(Name.attempt, .integer(1))
        if let lease {
            update.set(Name.owner, .string(lease.owner))
            update.set(Name.expiry, .date(lease.expiry))
        }
        return update
    }

    /// The event is open, no part of another, and nobody else's.
    private static func isFree(for lease: Lease?) -> DynamoDBCondition {
        let isOwn = DynamoDBCondition.all([UpdateState.isOpen, .missing(Name.leader)])
        guard let lease else { return isOwn }
        return .all([
            isOwn,
            .any([
                .missing(Name.owner), .equals(Name.owner, .string(lease.owner)),
                .compares(Name.expiry, .atMost, .date(lease.taken)),
            ]),
        ])
    }

    private func progress(of event: EventID, _ record: DynamoDBItem) async throws -> AnswerProgress {
        let partition = Place.updates(event.bot)
        var progress = AnswerProgress(attempt: Int(record[Name.attempt]?.integer ?? 1))
        progress.messages = UpdateState.messages(in: record)
        progress.joined = (record[Name.joined]?.list ?? []).compactMap(\.integer).map {
            EventID(bot: event.bot, update: $0)
        }
        if let bytes = try await unpack(record[Name.final], in: partition) {
            progress.final = try JSONDecoder().decode(FinalReply.self, from: Data(bytes))
        }
        cache[record: event] = Self.known(record)
        return progress
    }

    /// What the cache keeps of a record.
    static func known(_ record: DynamoDBItem) -> StoreCache.Record {
        StoreCache.Record(
            revision: record[Name.revision]?.integer ?? 0,
            messages: UpdateState.messages(in: record),
            parcels: [record[Name.event], record[Name.final]].compactMap { $0.flatMap(Parcel.init) }
        )
    }

    /// Ends an event that was joined to one that has ended: whoever ended that one died before the rest was done.
    private func endWithLeader(_ event: EventID, _ leader: EventID) async throws {
        let record = try await item(Place.update(leader)) ?? [:]
        guard !UpdateState.isOpen(record) else { return }
        let outcome = record[Name.state]?.string.flatMap(EventOutcome.init(rawValue:)) ?? .answered
        try await end(event, as: outcome)
    }

    /// Prolongs a claim.
    public func renew(_ lease: Lease, of event: EventID) async throws -> LeaseState {
        var update = DynamoDBUpdate()
        update.set(Name.expiry, .date(lease.expiry))
        let isHeld = DynamoDBCondition.all([UpdateState.isOpen, .equals(Name.owner, .string(lease.owner))])
        do {
            let record = try await table.write(.update(Place.update(event), update, if: isHeld), returning: .item)
            return record[Name.stop]?.bool == true ? .stopRequested : .held
        } catch is DynamoDBRefusal {
            return .lost
        }
    }

    /// The events that some process is answering.
    public func eventsBeingAnswered(in place: ConversationKey, at now: Date) async throws -> [InboundEvent] {
        var events: [InboundEvent] = []
        for record in try await openRecords(of: place.bot) {
            guard (record[Name.attempt]?.integer ?? 0) > 0, let expiry = record.date(Name.expiry), expiry > now,
                let event = try? await event(in: record, of: place.bot), event.key.place == place.place
            else { continue }
            events.append(event)
        }
        return events
    }

    /// Asks for a stop.
    public func requestStop(of event: EventID) async throws {
        var update = DynamoDBUpdate()
        update.set(Name.stop, .bool(true))
        try await table.write(.update(Place.update(event), update, if: UpdateState.isOpen), orElse: [:])
    }
}
