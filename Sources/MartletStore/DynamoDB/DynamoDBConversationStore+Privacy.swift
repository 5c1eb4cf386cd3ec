public import FoundationEssentials
import MartletAWS
public import MartletConversation
import MartletCore

extension DynamoDBConversationStore: PersonalDataStore {
    /// Erases all of it, for good.
    ///
    /// What leads to other items goes after them, so that erasing again after a failure finds what is left. DynamoDB overwrites
    /// deleted items itself; backups keep theirs until they expire.
    public func erasePersonalData(of user: UserID, bot: BotID, keepingUsageSince month: String) async throws {
        for record in try await openRecords(of: bot) {
            guard let event = try await event(in: record, of: bot), event.sender.id == user else { continue }
            try await scrub([event.id])
        }
        let (own, shared) = try await personalRecords(of: user, bot: bot)
        for record in shared { try await eraseWords(of: user, in: record) }
        for record in own { try await erase(record) }
        try await deletePartition(Place.person(bot, user))
        try await eraseUnreadable(of: user, bot: bot)
        try await eraseSecretary(of: user, bot: bot)
        try await eraseAccess(of: user, bot: bot)
        try await eraseUsage(of: user, bot: bot, before: month)
    }

    /// The conversations that hold a person's words.
    public func personalConversations(of user: UserID, bot: BotID) async throws -> [String] {
        let (own, shared) = try await personalRecords(of: user, bot: bot)
        return (own + shared).filter(\.isThere).map(\.key.description).sorted()
    }

    /// A person's own conversations, those over their account too, and the shared ones in which they spoke.
    func personalRecords(
        of user: UserID,
        bot: BotID
    ) async throws -> (own: [ConversationRecord], shared: [ConversationRecord]) {
        let traces = try await table.all(DynamoDBQuery(Place.person(bot, user)))
        let partitions = Set(traces.compactMap { $0[Name.partition]?.string })
        let connections = Set(try await connections(of: user, bot: bot).map(\.connection))
        var (own, shared): ([ConversationRecord], [ConversationRecord]) = ([], [])
        for record in try await records(of: bot) {
            let key = record.key
            if key.chat.rawValue == user.rawValue || key.user == user
                || key.connection.map(connections.contains) ?? false
            {
                own.append(record)
            } else if partitions.contains(record.partition) {
                shared.append(record)
            }
        }
        return (own, shared)
    }

    /// The connections that were a person's.
    func connections(
        of user: UserID,
        bot: BotID
    ) async throws -> [(key: DynamoDBKey, connection: ConnectionID)] {
        let isTheirs = DynamoDBCondition.equals(Name.user, .integer(user.rawValue))
        let query = DynamoDBQuery(Place.access(bot), .prefix("n#"), filter: isTheirs)
        return try await table.all(query).compactMap { item in
            guard let key = DynamoDBKey(of: item), let text = item[AccessName.connection]?.string else { return nil }
            return (key, ConnectionID(text))
        }
    }

    /// Forgets a conversation altogether; its own item goes last.
    private func erase(_ record: ConversationRecord) async throws {
        let bot = record.key.bot
        try await clearGarbage(of: record)
        let place = Place.turns(bot, record.partition)
        let names = [Name.content, Name.messages, Name.chat, Name.update]
        try await table.forEachPage(of: DynamoDBQuery(place, .prefix("t#"), names: names)) { items in
            try await scrub(Self.events(of: items, bot: bot))
            try await deleteTurns(items, bot: bot)
            return true
        }
        try await deletePartition(place)
        try await delete([Place.conversation(record.key)])
        cache[partition: record.key] = nil
    }

    /// Takes a person's words out of a shared conversation, with what was answered to them and made of them.
    private func eraseWords(of user: UserID, in record: ConversationRecord) async throws {
        let bot = record.key.bot
        // A summary and a question that nobody answered are made of what everybody said.
        var update = DynamoDBUpdate()
        update.remove(Name.summary, Name.through, Name.unanswered)
        let isSame = DynamoDBCondition.equals(Name.partition, record.item[Name.partition])
        try await table.write(.update(Place.conversation(record.key), update, if: isSame), orElse: [:])
        try await deleteDerived(of: record)
        try await clearGarbage(of: record)
        let place = Place.turns(bot, record.partition)
        let names = [Name.content, Name.messages, Name.chat, Name.update, Name.speaker]
        let theirs = DynamoDBCondition.equals(Name.speaker, .integer(user.rawValue))
        // What answers them is found by their events, so their own words go last.
        let spoken = try await table.all(DynamoDBQuery(place, .prefix("t#"), filter: theirs, names: names))
        let events = Self.events(of: spoken, bot: bot)
        let updates = Set(events.map(\.update))
        try await table.forEachPage(of: DynamoDBQuery(place, .prefix("t#"), names: names)) { items in
            try await deleteTurns(
                items.filter { item in
                    guard item[Name.speaker]?.integer != user.rawValue else { return false }
                    // A turn of which nobody knows who said it may be theirs.
                    return item[Name.update]?.integer.map { updates.contains($0) } ?? (item[Name.speaker] == nil)
                },
                bot: bot
            )
            return true
        }
        try await scrub(events)
        try await deleteTurns(spoken, bot: bot)
        try await delete([DynamoDBKey(Place.person(bot, user), "t#" + record.partition)])
    }

    private static func events(of items: [DynamoDBItem], bot: BotID) -> [EventID] {
        Set(items.compactMap { $0[Name.update]?.integer }).map { EventID(bot: bot, update: $0) }
    }

    /// Leaves of updates' records that they are known, and nothing else; what waits ends without an answer.
    private func scrub(_ events: [EventID]) async throws {
        let records = try await table.items(events.map(Place.update))
        for (key, record) in records {
            let names = record.keys.filter { $0.hasPrefix("m") && Int($0.dropFirst()) != nil }
            let isOpen = UpdateState.isOpen(record)
            guard isOpen || !names.isEmpty || record[Name.event] != nil || record[Name.final] != nil else { continue }
            var update = DynamoDBUpdate()
            if isOpen { update = ending(.ignored) }
            update.remove(Name.event, Name.final)
            for name in names { update.remove(name) }
            let parcels = [Name.event, Name.final].flatMap { Self.parcelKeys(record[$0], in: key.partition) }
            try await delete(parcels)
            try await table.write(.update(key, update, if: .isThere), orElse: [:])
        }
        for event in events { cache[record: event] = nil }
    }

    private func eraseUnreadable(of user: UserID, bot: BotID) async throws {
        let query = DynamoDBQuery(Place.updates(bot), .prefix(UpdateState.unreadableRank), isRanked: true)
        let keys = try await table.all(query).compactMap(DynamoDBKey.init(of:))
        for (key, item) in try await items(keys) {
            guard let bytes = try await unpack(item[Name.unreadable], in: key.partition),
                Data(bytes).firstRange(of: Data("\(user)".utf8)) != nil
            else { continue }
            try await delete(Self.parcelKeys(item[Name.unreadable], in: key.partition))
            var update = DynamoDBUpdate()
            update.remove(Name.unreadable, Name.rank)
            try await table.write(.update(key, update, if: .isThere), orElse: [:])
        }
    }

    /// An owner stays one and a blocked person stays blocked, by their number alone.
    private func eraseAccess(of user: UserID, bot: BotID) async throws {
        let key = Self.place(of: user, bot: bot)
        while let item = try await item(key), let person = AccessPerson(item) {
            let isKept = person.standing == .blocked || person.standing == .allowed && person.role == .owner
            var update = DynamoDBUpdate()
            update.remove(Name.name, AccessName.language, AccessName.refusedUpdate, AccessName.pairingUpdate)
            let isSame = DynamoDBCondition.all([
                .equals(AccessName.standing, item[AccessName.standing]), .equals(Name.role, item[Name.role]),
            ])
            do {
                try await table.write(isKept ? .update(key, update, if: isSame) : .delete(key, if: isSame))
                break
            } catch is DynamoDBRefusal {
                // An owner decided about them in between.
            }
        }
        let isAdder = DynamoDBCondition.equals(AccessName.addedBy, .integer(user.rawValue))
        for item in try await table.all(DynamoDBQuery(Place.access(bot), .prefix("g#"), filter: isAdder, names: [])) {
            guard let key = DynamoDBKey(of: item) else { continue }
            var update = DynamoDBUpdate()
            update.remove(AccessName.addedBy)
            try await table.write(.update(key, update, if: isAdder), orElse: [:])
        }
        try await delete(try await connections(of: user, bot: bot).map(\.key))
    }

    /// What a person used in the running month stays, so that erasing does not refill a limit.
    private func eraseUsage(of user: UserID, bot: BotID, before month: String) async throws {
        let old = try await periods(of: bot).filter { $0.name.prefix(7) < month }
        try await delete(old.flatMap { Self.usageKeys(of: user, in: $0, bot: bot) })
        let isSettled = DynamoDBCondition.all([
            .equals(Name.user, .integer(user.rawValue)), .equals(LedgerEntry.isHeldName, .bool(false)),
        ])
        let query = DynamoDBQuery(Ledger.reservations(bot), filter: isSettled, names: [])
        try await table.forEachPage(of: query) { items in
            try await delete(items.compactMap(DynamoDBKey.init(of:)))
            return true
        }
    }

    static func usageKeys(of user: UserID, in period: BudgetPeriod, bot: BotID) -> [DynamoDBKey] {
        [BudgetAccount.Scope.user(user), .chat(ChatID(user.rawValue)), .guest(user)].map {
            Ledger.key(of: BudgetAccount($0, period), bot)
        }
    }

    /// Forgets what was said before a date.
    ///
    /// Turns are kept soon after they were said, so only the old end of each conversation is read.
    public func eraseTurns(of bot: BotID, saidBefore date: Date) async throws -> [String] {
        var keys: [String] = []
        // Answered later than this, and it is forgotten later by as much.
        let end = PositionClock.position(at: date.addingTimeInterval(2 * 86_400))
        let isOld = DynamoDBCondition.compares(Name.date, .less, .date(date))
        for record in try await records(of: bot) {
            try await clearGarbage(of: record)
            let query = DynamoDBQuery(
                Place.turns(bot, record.partition),
                .between("t#", "t#" + PositionClock.text(end)),
                filter: isOld,
                names: [Name.content, Name.messages, Name.chat]
            )
            var isFound = false
            try await table.forEachPage(of: query) { items in
                if !items.isEmpty, !isFound {
                    isFound = true
                    // What was made of turns that go is older than they are.
                    var update = DynamoDBUpdate()
                    update.remove(Name.summary, Name.through)
                    let isSame = DynamoDBCondition.equals(Name.summary, record.item[Name.summary])
                    try await table.write(.update(Place.conversation(record.key), update, if: isSame), orElse: [:])
                    let place = Place.turns(bot, record.partition)
                    try await delete(Self.parcelKeys(record.item[Name.summary], in: place))
                }
                try await deleteTurns(items, bot: bot)
                return true
            }
            if isFound, record.isThere { keys.append(record.key.description) }
        }
        return keys.sorted()
    }
}
