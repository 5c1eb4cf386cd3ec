public import FoundationEssentials
import MartletAWS
public import MartletConversation
import MartletCore

extension DynamoDBConversationStore: BudgetStore {
    /// Sets an amount aside where `decide` agrees.
    ///
    /// What is set aside stands in one item, the bot's ledger. Whoever changes it or usage raises its version, and holds it to the
    /// one that was seen; so nothing comes between look and deed.
    public func reserve(
        _ request: BudgetRequest,
        deciding decide: @escaping @Sendable ([BudgetBalance], BudgetAmount) -> BudgetVerdict
    ) async throws -> BudgetVerdict {
        let bot = request.event.bot
        return try await turnstile.pass("\(bot)") { [self] in
            while true {
                var ledger = try await ledger(of: bot, reservation: request.event, accounts: request.accounts)
                if ledger.reservation?.isHeld == true {
                    cache[request: request.event] = request
                    return .granted
                }
                var reservation = LedgerEntry(request)
                if ledger.reservation != nil { reservation.amount.messages = 0 }
                var verdict = decide(ledger.balances(of: request.accounts), reservation.amount)
                if verdict != .granted, try await release(&ledger) {
                    verdict = decide(ledger.balances(of: request.accounts), reservation.amount)
                }
                guard verdict == .granted else { return verdict }
                if ledger.held.count >= Self.heldLimit { try await release(&ledger) }
                ledger.held[request.event.update] = reservation
                ledger.latest = max(ledger.latest ?? .distantPast, request.date)
                let writes = [
                    ledger.write(),
                    .put(reservation.item(Self.place(ofReservation: request.event), isHeld: true)),
                ]
                if try await holds(writes) {
                    cache[request: request.event] = request
                    return .granted
                }
            }
        }
    }

    /// How many entries a ledger gets before those of ended events are looked for.
    private static let heldLimit = 200

    /// Books what a reservation came to.
    public func settle(
        _ event: EventID,
        as amount: BudgetAmount?,
        noting: @escaping @Sendable ([BudgetBalance]) -> [BudgetAccount]
    ) async throws -> [BudgetAccount] {
        try await turnstile.pass("\(event.bot)") { [self] in
            var known = cache[request: event]
            if known == nil {
                let item = try await item(Self.place(ofReservation: event))
                known = item.flatMap { LedgerEntry($0) }?.request(event)
            }
            guard let known else { return [] }
            while true {
                var ledger = try await ledger(of: event.bot, reservation: event, accounts: known.accounts)
                guard let (entry, isHeld) = ledger.reservation, isHeld else { return [] }
                // Its chat may have become another one.
                guard entry.request(event).accounts == known.accounts else {
                    cache[request: event] = nil
                    return try await settleMoved(event, entry, as: amount, noting: noting)
                }
                let (writes, marked) = Self.settling(event, entry, as: amount, noting: noting, &ledger)
                if try await holds(writes) {
                    cache[request: event] = nil
                    return marked
                }
            }
        }
    }

    private func settleMoved(
        _ event: EventID,
        _ entry: LedgerEntry,
        as amount: BudgetAmount?,
        noting: @Sendable ([BudgetBalance]) -> [BudgetAccount]
    ) async throws -> [BudgetAccount] {
        while true {
            var ledger = try await ledger(
                of: event.bot,
                reservation: event,
                accounts: entry.request(event).accounts
            )
            guard let (entry, isHeld) = ledger.reservation, isHeld else { return [] }
            let (writes, marked) = Self.settling(event, entry, as: amount, noting: noting, &ledger)
            if try await holds(writes) { return marked }
        }
    }

    /// What a settlement writes, and the accounts that it marks.
    private static func settling(
        _ event: EventID,
        _ entry: LedgerEntry,
        as amount: BudgetAmount?,
        noting: ([BudgetBalance]) -> [BudgetAccount],
        _ ledger: inout Ledger
    ) -> (writes: [DynamoDBWrite], marked: [BudgetAccount]) {
        ledger.held[event.update] = nil
        let place = place(ofReservation: event)
        guard var amount else {
            // Nothing came of it: as if it had not been asked, unless an earlier attempt was booked.
            let end: DynamoDBWrite =
                entry.amount.messages > 0 ? .delete(place) : .put(entry.item(place, isHeld: false))
            return ([ledger.write(), end], [])
        }
        amount.messages = entry.amount.messages
        let accounts = entry.request(event).accounts
        for account in accounts { ledger.usage[account, default: Ledger.Usage()].amount.add(amount) }
        let marked = noting(ledger.balances(of: accounts))
        for account in marked { ledger.usage[account]?.isNoted = true }
        return (
            [ledger.write(), .put(entry.item(place, isHeld: false))]
                + accounts.map { .put(ledger.item(of: $0)) },
            marked
        )
    }

    /// How accounts stand.
    public func balances(of accounts: [BudgetAccount], bot: BotID) async throws -> [BudgetBalance] {
        var ledger = try await ledger(of: bot, reservation: nil, accounts: accounts)
        try await release(&ledger)
        return ledger.balances(of: accounts)
    }

    /// Who used most tokens.
    public func largestShares(in period: BudgetPeriod, bot: BotID, limit: Int) async throws -> [BudgetShare] {
        let query = DynamoDBQuery(Ledger.partition(of: period, bot), .prefix("user#"))
        let shares = try await table.all(query).compactMap { item -> BudgetShare? in
            guard let user = item[DynamoDBKey.sortName]?.string.flatMap({ Int64($0.dropFirst("user#".count)) }) else {
                return nil
            }
            return BudgetShare(user: UserID(user), name: nil, amount: BudgetAmount(item))
        }
        .sorted {
            ($1.amount.tokens, $1.amount.messages, $0.user.rawValue)
                < ($0.amount.tokens, $0.amount.messages, $1.user.rawValue)
        }
        .prefix(max(0, limit))
        let people = try await items(shares.map { Self.place(of: $0.user, bot: bot) })
        return shares.map { share in
            var share = share
            share.name = people[Self.place(of: share.user, bot: bot)]?[Name.name]?.string
            return share
        }
    }

    /// The latest moment of any reservation.
    public func latestReservation(of bot: BotID) async throws -> Date? {
        try await item(Ledger.key(of: bot))?.date(Ledger.latestName)
    }

    /// Adds a chat's usage to another chat's.
    ///
    /// Period by period, each in one transaction; called again it moves the rest.
    public func moveUsage(from chat: ChatID, to other: ChatID, bot: BotID) async throws {
        guard chat != other else { return }
        try await turnstile.pass("\(bot)") { [self] in
            for period in try await periods(of: bot) {
                let (old, new) = (BudgetAccount(.chat(chat), period), BudgetAccount(.chat(other), period))
                while true {
                    var ledger = try await ledger(of: bot, reservation: nil, accounts: [old, new])
                    guard let usage = ledger.usage[old] else { break }
                    ledger.usage[new, default: Ledger.Usage()].amount.add(usage.amount)
                    let writes = [
                        ledger.write(), .put(ledger.item(of: new)), .delete(Ledger.key(of: old, bot)),
                    ]
                    if try await holds(writes) { break }
                }
            }
            while true {
                var ledger = try await ledger(of: bot, reservation: nil, accounts: [])
                let theirs = ledger.held.filter { $0.value.chat == chat }
                guard !theirs.isEmpty else { break }
                for (update, _) in theirs { ledger.held[update]?.chat = other }
                if try await holds([ledger.write()]) { break }
            }
            let isTheirs = DynamoDBCondition.equals(Name.chat, .integer(chat.rawValue))
            let query = DynamoDBQuery(Ledger.reservations(bot), filter: isTheirs, names: [Name.chat])
            for key in try await table.all(query).compactMap(DynamoDBKey.init(of:)) {
                var update = DynamoDBUpdate()
                update.set(Name.chat, .integer(other.rawValue))
                try await table.write(.update(key, update, if: isTheirs), orElse: [:])
            }
        }
    }

    /// Forgets what no limit asks for any more; the latest reservation's moment stays, for the clock.
    public func pruneBudgets(of bot: BotID, reservedBefore date: Date, day: String, month: String) async throws {
        var ledger = try await ledger(of: bot, reservation: nil, accounts: [])
        if try await release(&ledger) { _ = try await holds([ledger.write()]) }
        let isOld = DynamoDBCondition.compares(LedgerEntry.madeName, .less, .date(date))
        let query = DynamoDBQuery(Ledger.reservations(bot), filter: isOld, names: [LedgerEntry.madeName])
        try await table.forEachPage(of: query) { items in
            let keys = items.compactMap(DynamoDBKey.init(of:))
            let events = keys.compactMap { Int64($0.sort).map { EventID(bot: bot, update: $0) } }
            let ended = try await self.ended(events)
            try await delete(ended.map(Self.place(ofReservation:)))
            return true
        }
        for period in try await periods(of: bot) where period.name < (period.kind == .day ? day : month) {
            // The period's own item is the list's: it goes last.
            try await deletePartition(Ledger.partition(of: period, bot))
            try await delete([Ledger.key(of: BudgetAccount(.all, period), bot)])
        }
    }

    static func place(ofReservation event: EventID) -> DynamoDBKey {
        DynamoDBKey(Ledger.reservations(event.bot), "\(event.update)")
    }

    /// The periods in which anything was used.
    func periods(of bot: BotID) async throws -> [BudgetPeriod] {
        try await table.all(DynamoDBQuery(Ledger.periods(bot), names: [])).compactMap { item in
            DynamoDBKey(of: item).flatMap { Ledger.period($0.sort) }
        }
    }

    /// The ledger with a reservation and accounts, as they are at one moment.
    private func ledger(
        of bot: BotID,
        reservation: EventID?,
        accounts: [BudgetAccount]
    ) async throws -> Ledger {
        let keys = [Ledger.key(of: bot)] + accounts.map { Ledger.key(of: $0, bot) }
        let place = reservation.map(Self.place(ofReservation:))
        let found = try await table.snapshot(Array(Set(keys + (place.map { [$0] } ?? []))))
        var ledger = Ledger(found[Ledger.key(of: bot)] ?? [:], bot: bot)
        for account in accounts {
            ledger.usage[account] = found[Ledger.key(of: account, bot)].map { Ledger.Usage($0) }
        }
        if let item = place.flatMap({ found[$0] }), let entry = LedgerEntry(item) {
            ledger.reservation = (entry, item[LedgerEntry.isHeldName]?.bool == true)
        }
        return ledger
    }

    /// Takes out of a ledger what is set aside for events that have ended.
    /// - Returns: Whether there was any.
    @discardableResult
    private func release(_ ledger: inout Ledger) async throws -> Bool {
        guard !ledger.held.isEmpty else { return false }
        let bot = ledger.bot
        let ended = try await ended(ledger.held.keys.map { EventID(bot: bot, update: $0) })
        for event in ended { ledger.held[event.update] = nil }
        return !ended.isEmpty
    }

    /// Those of events that have ended; one without a record counts as open, so that nothing is given away by a caller that
    /// records its events elsewhere.
    private func ended(_ events: [EventID]) async throws -> [EventID] {
        let records = try await items(events.map(Place.update))
        return events.filter { event in records[Place.update(event)].map { !UpdateState.isOpen($0) } ?? false }
    }

    /// Makes changes that hold to what was seen; false where that is not so any more.
    private func holds(_ writes: [DynamoDBWrite]) async throws -> Bool {
        do {
            try await table.transact(writes)
            return true
        } catch is DynamoDBRefusal {
            // Others are at it too: not all come back at once.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<20)))
            return false
        }
    }
}
