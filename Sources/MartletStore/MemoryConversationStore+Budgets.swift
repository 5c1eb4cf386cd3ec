public import FoundationEssentials
public import MartletConversation

/// What a memory store knows about usage.
struct MemoryBudgets {
    struct Key: Hashable {
        var bot: BotID
        var account: BudgetAccount
    }

    struct Usage {
        var amount = BudgetAmount()
        var isNoted = false
    }

    var usage: [Key: Usage] = [:]
    var reservations: [EventID: (request: BudgetRequest, isHeld: Bool)] = [:]
}

extension MemoryConversationStore: BudgetStore {
    /// Sets an amount aside where `decide` agrees.
    public func reserve(
        _ request: BudgetRequest,
        deciding decide: @Sendable ([BudgetBalance], BudgetAmount) -> BudgetVerdict
    ) -> BudgetVerdict {
        let known = budgets.reservations[request.event]
        if let known, known.isHeld { return .granted }
        var request = request
        if known != nil { request.amount.messages = 0 }
        let verdict = decide(balances(of: request.accounts, bot: request.event.bot), request.amount)
        if verdict == .granted { budgets.reservations[request.event] = (request, true) }
        return verdict
    }

    /// Books what a reservation came to.
    public func settle(
        _ event: EventID,
        as amount: BudgetAmount?,
        noting: @Sendable ([BudgetBalance]) -> [BudgetAccount]
    ) -> [BudgetAccount] {
        guard let (request, isHeld) = budgets.reservations[event], isHeld else { return [] }
        guard var amount else {
            budgets.reservations[event] = request.amount.messages > 0 ? nil : (request, false)
            return []
        }
        amount.messages = request.amount.messages
        for account in request.accounts {
            budgets.usage[.init(bot: event.bot, account: account), default: .init()].amount =
                (budgets.usage[.init(bot: event.bot, account: account)]?.amount ?? BudgetAmount()) + amount
        }
        budgets.reservations[event] = (request, false)
        let marked = noting(balances(of: request.accounts, bot: event.bot))
        for account in marked { budgets.usage[.init(bot: event.bot, account: account)]?.isNoted = true }
        return marked
    }

    /// How accounts stand.
    public func balances(of accounts: [BudgetAccount], bot: BotID) -> [BudgetBalance] {
        accounts.map { account in
            let usage = budgets.usage[.init(bot: bot, account: account)] ?? .init()
            let held = budgets.reservations.filter { event, reservation in
                event.bot == bot && reservation.isHeld && reservation.request.accounts.contains(account)
                    && updates[event]?.outcome == nil
            }
            return BudgetBalance(
                account: account,
                booked: usage.amount,
                held: held.values.reduce(BudgetAmount()) { $0 + $1.request.amount },
                isNoted: usage.isNoted
            )
        }
    }

    /// Who used most tokens.
    public func largestShares(in period: BudgetPeriod, bot: BotID, limit: Int) -> [BudgetShare] {
        budgets.usage.compactMap { key, usage -> BudgetShare? in
            guard key.bot == bot, key.account.period == period, case .user(let user) = key.account.scope else {
                return nil
            }
            let name = access.people[.init(bot: bot, value: user)]?.name
            return BudgetShare(user: user, name: name, amount: usage.amount)
        }
        .sorted {
            ($1.amount.tokens, $1.amount.messages, $0.user.rawValue)
                < ($0.amount.tokens, $0.amount.messages, $1.user.rawValue)
        }
        .prefix(limit).map { $0 }
    }

    /// The latest moment of any reservation.
    public func latestReservation(of bot: BotID) -> Date? {
        budgets.reservations.filter { $0.key.bot == bot }.map(\.value.request.date).max()
    }

    /// Adds a chat's usage to another chat's.
    public func moveUsage(from chat: ChatID, to other: ChatID, bot: BotID) {
        guard chat != other else { return }
        for (key, usage) in budgets.usage where key.bot == bot && key.account.scope == .chat(chat) {
            let target = MemoryBudgets.Key(bot: bot, account: BudgetAccount(.chat(other), key.account.period))
            budgets.usage[target, default: .init()].amount =
                (budgets.usage[target]?.amount ?? BudgetAmount()) + usage.amount
            budgets.usage[key] = nil
        }
        for (event, reservation) in budgets.reservations where event.bot == bot && reservation.request.chat == chat {
            budgets.reservations[event]?.request.chat = other
        }
    }

    /// Forgets what no limit asks for any more.
    public func pruneBudgets(of bot: BotID, reservedBefore date: Date, day: String, month: String) {
        let latest = latestReservation(of: bot) ?? .distantPast
        budgets.reservations = budgets.reservations.filter { event, reservation in
            event.bot != bot || reservation.request.date >= date || updates[event]?.outcome == nil
                || reservation.request.date == latest
        }
        budgets.usage = budgets.usage.filter { key, _ in
            key.bot != bot || key.account.period.name >= (key.account.period.kind == .day ? day : month)
        }
    }
}
