public import FoundationEssentials
import MartletAWS
public import MartletConversation

extension DynamoDBConversationStore {
    /// Changes a lane.
    ///
    /// The lane, its records and, for an automatic answer, the owner's count of them change in one transaction that holds to what was
    /// read; else it is all done again.
    public func advance(
        _ lane: LaneReference,
        countingSince since: Date,
        _ body: @escaping @Sendable (inout SecretaryLane, LaneSurroundings) -> LaneStep
    ) async throws -> LaneUpdate? {
        guard let address = try await address(of: lane) else { return nil }
        while true {
            let (laneKey, accountKey) = (
                SecretaryPlace.lane(address), SecretaryPlace.account(address.owner, address.bot)
            )
            async let counted = automaticAnswers(of: address.owner, address.bot, since: since)
            let found = try await items([laneKey, accountKey])
            let automatic = try await counted
            guard let accountItem = found[accountKey], let account = SecretaryAccount(accountItem) else { return nil }
            let known = try found[laneKey].flatMap { try StoredLane($0, bot: address.bot) }
            if known == nil {
                switch lane {
                case .id, .known: return nil
                case .address: break
                }
            }
            let before =
                known
                ?? StoredLane(SecretaryContact(id: LaneID(0), address: address, lane: SecretaryLane()))
            var work = LaneWork(before, account)
            let step = body(
                &work.lane.contact.lane,
                LaneSurroundings(
                    account: account,
                    automaticCount: automatic.count { $0 == before.contact.id },
                    ownerAutomaticCount: automatic.count
                )
            )
            let update = { LaneUpdate(contact: work.lane.contact, account: account, answer: step.answer) }
            guard known == nil || work.lane.contact.lane != before.contact.lane || !step.records.isEmpty else {
                return update()
            }
            if known == nil { work.lane.contact.id = try await makeLaneID() }
            try await delete(before.litter.map { SecretaryPlace.said($0, before.contact.id) })
            work.lane.litter = []
            for record in step.records { try await note(record, &work) }
            do {
                try await table.transact(try work.writes(isNew: known == nil, accountItem))
                try await delete(work.lane.litter.map { SecretaryPlace.said($0, work.lane.contact.id) })
                return update()
            } catch let refusal as DynamoDBRefusal {
                // The lane holds to its version, so a claim alone is refused only where its number was claimed before.
                guard refusal.items.keys.contains(where: { $0 < work.fixedCount }) else {
                    throw StoreError(code: .other, path: path, underlying: "a draft's number is claimed twice")
                }
            }
        }
    }

    /// Where a lane belongs; nil where its number is not known.
    private func address(of lane: LaneReference) async throws -> LaneAddress? {
        switch lane {
        case .address(let address), .known(let address): return address
        case .id(let id):
            guard let item = try await item(SecretaryPlace.pointer(id)), let bot = item["bot"]?.integer else {
                return nil
            }
            return item["address"]?.string.flatMap { LaneAddress($0, bot: BotID(bot)) }
        }
    }

    /// Numbers are never used again: they are written on buttons.
    private func makeLaneID() async throws -> LaneID {
        var update = DynamoDBUpdate()
        update.add(Name.last, .integer(1))
        let changed = try await table.write(.update(SecretaryPlace.laneCount, update), returning: .changes)
        return LaneID(changed[Name.last]?.integer ?? positions.next())
    }

    /// The lanes of the automatic answers of an owner since a moment, without those that failed.
    private func automaticAnswers(of owner: UserID, _ bot: BotID, since: Date) async throws -> [LaneID] {
        let range = DynamoDBQuery.Range.between(SecretaryPlace.moment(since), "~")
        let query = DynamoDBQuery(SecretaryPlace.sent(owner, bot), range, isRanked: true)
        return try await table.all(query).compactMap { item in
            guard item[Name.rank]?.string?.hasSuffix("#1") == true else { return nil }
            return DynamoDBKey(of: item)?.sort.split(separator: ":").first.flatMap { Int64($0) }.map { LaneID($0) }
        }
    }

    /// Notes what a record changes.
    private func note(_ record: LaneRecord, _ work: inout LaneWork) async throws {
        let id = work.lane.contact.id
        let address = work.lane.contact.address
        switch record {
        case .said(let said): work.add(said)
        case .edited(let message, let text):
            for entry in work.lane.said where entry.message == message.rawValue { work.edit(entry.number, text) }
        case .unsaid(let messages): work.forget { entry in messages.contains { $0.rawValue == entry.message } }
        case .forgotten: work.forget { _ in true }
        case .claimed(let draft, let date, let isAutomatic):
            let key = SecretaryPlace.sent(draft.number, id, address)
            work.isAutomatic = work.isAutomatic || isAutomatic
            work.changes[key] = .put(
                DynamoDBItem(
                    key,
                    [
                        SecretaryPlace.contact: .string(work.lane.contact.lane.name),
                        SecretaryPlace.text: .string(draft.text), Name.date: .date(date),
                        SecretaryPlace.lane: .integer(id.rawValue), SecretaryPlace.draft: .integer(draft.number),
                        SecretaryPlace.isAutomatic: .bool(isAutomatic),
                        SecretaryPlace.outcome: .string(SentMessage.Outcome.sending.rawValue),
                        Name.rank: .string(SecretaryPlace.moment(date) + (isAutomatic ? "#1" : "#0")),
                    ]
                ),
                if: .isAbsent
            )
        case .settled(let draft, let outcome):
            let key = SecretaryPlace.sent(draft, id, address)
            if case .put(var item, let condition)? = work.changes[key] {
                item[SecretaryPlace.outcome] = .string(outcome.rawValue)
                work.changes[key] = .put(item, if: condition)
            } else if let item = try await item(key), let date = item.date(Name.date) {
                let isCounted = item[SecretaryPlace.isAutomatic]?.bool == true && outcome != .failed
                var update = DynamoDBUpdate()
                update.set(SecretaryPlace.outcome, .string(outcome.rawValue))
                update.set(Name.rank, .string(SecretaryPlace.moment(date) + (isCounted ? "#1" : "#0")))
                work.changes[key] = .update(key, update)
            }
        case .shown(let message, let date):
            let partition = SecretaryPlace.shown(work.account.connection.ownerChat, address.bot)
            let key = DynamoDBKey(partition, "\(message)")
            work.changes[key] = .put(
                DynamoDBItem(
                    key,
                    [
                        SecretaryPlace.lane: .integer(id.rawValue), Name.date: .date(date),
                        Name.rank: .string(SecretaryPlace.moment(date)),
                    ]
                )
            )
        }
    }
}

/// A lane's change on the way to the table.
private struct LaneWork {
    var lane: StoredLane
    var account: SecretaryAccount
    /// What changes beside the lane, by item.
    var changes: [DynamoDBKey: DynamoDBWrite] = [:]
    /// Whether a draft is claimed that goes out by itself.
    var isAutomatic = false
    /// How many writes come before the changes beside the lane.
    var fixedCount = 1

    init(_ lane: StoredLane, _ account: SecretaryAccount) {
        self.lane = lane
        self.account = account
    }

    mutating func add(_ said: SaidMessage) {
        let number = lane.saidNext
        lane.saidNext += 1
        let entry = StoredLane.Said(number: number, author: said.author.rawValue, message: said.message.rawValue)
        lane.said.append(entry)
        let key = SecretaryPlace.said(number, lane.contact.id)
        changes[key] = .put(
            DynamoDBItem(
                key,
                [
                    SecretaryPlace.author: .string(said.author.rawValue),
                    SecretaryPlace.message: .integer(said.message.rawValue), SecretaryPlace.text: .string(said.text),
                    Name.date: .date(said.date),
                ]
            )
        )
        while lane.said.count(where: { $0.author == entry.author }) > SaidMessage.maximumCount,
            let oldest = lane.said.firstIndex(where: { $0.author == entry.author })
        {
            let key = SecretaryPlace.said(lane.said.remove(at: oldest).number, lane.contact.id)
            changes[key] = .delete(key)
        }
    }

    mutating func edit(_ number: Int64, _ text: String) {
        let key = SecretaryPlace.said(number, lane.contact.id)
        if case .put(var item, let condition)? = changes[key] {
            item[SecretaryPlace.text] = .string(text)
            changes[key] = .put(item, if: condition)
        } else {
            var update = DynamoDBUpdate()
            update.set(SecretaryPlace.text, .string(text))
            changes[key] = .update(key, update)
        }
    }

    /// What was said is not listed any more, and deleted afterwards; where that fails, with the next change of the lane.
    mutating func forget(where isForgotten: (StoredLane.Said) -> Bool) {
        for entry in lane.said where isForgotten(entry) {
            let key = SecretaryPlace.said(entry.number, lane.contact.id)
            changes[key] = nil
            lane.litter.append(entry.number)
        }
        lane.said.removeAll(where: isForgotten)
    }

    mutating func writes(isNew: Bool, _ accountItem: DynamoDBItem) throws -> [DynamoDBWrite] {
        var writes = [try lane.write()]
        let address = lane.contact.address
        if isNew {
            let pointer = DynamoDBItem(
                SecretaryPlace.pointer(lane.contact.id),
                [
                    "bot": .integer(address.bot.rawValue), "address": .string(SecretaryPlace.lane(address).sort),
                ]
            )
            writes.append(.put(pointer, if: .isAbsent))
        }
        if isAutomatic {
            let claims = accountItem[SecretaryPlace.claims]?.integer ?? 0
            var update = DynamoDBUpdate()
            update.set(SecretaryPlace.claims, .integer(claims + 1))
            writes.append(
                .update(
                    SecretaryPlace.account(address.owner, address.bot),
                    update,
                    if: .equals(SecretaryPlace.claims, accountItem[SecretaryPlace.claims])
                )
            )
        }
        fixedCount = writes.count
        return writes + changes.values
    }
}
