public import FoundationEssentials
public import Logging
public import MartletCore
import Synchronization

/// Keeps answers within the limits, however many are written at once, and says how much is used.
///
/// The worst case of an answer is set aside before it is begun, for the person, the chat and everybody, for the day and the
/// month; what it did cost is booked afterwards. The days are those of the bot's time zone, and a clock that is set back does
/// not open them again.
public final class BudgetLedger: Budgeting, ChatMoving {
    let store: any BudgetStore
    let access: any RoleReading & OwnerTelling
    let limits: BudgetLimits
    let actions: any ChatActing
    let logger: Logger
    private let systemDate: @Sendable () -> Date
    private let instant: @Sendable () -> ContinuousClock.Instant
    private let clocks = Mutex<[BotID: SteadyClock]>([:])

    /// Makes a ledger.
    /// - Parameters:
    ///   - store: Where usage is kept.
    ///   - access: What people may do, and how owners are told.
    ///   - limits: How much people may ask for.
    ///   - actions: How people are told that most of a limit is used.
    ///   - logger: Told of limits that are reached.
    public init(
        store: any BudgetStore,
        access: any RoleReading & OwnerTelling,
        limits: BudgetLimits,
        actions: any ChatActing,
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() },
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.store = store
        self.access = access
        self.limits = limits
        self.actions = actions
        self.logger = logger
        self.systemDate = now
        self.instant = instant
    }

    /// Sets aside what an answer may cost at most; the same event asked again gets the same reservation.
    public func reserve(tokens: Int, for event: InboundEvent) async throws -> Reservation {
        let bot = event.key.bot
        let date = try await date(for: bot)
        let role = try await access.role(of: event.sender.id, bot: bot) ?? .member
        let tokens = min(max(0, tokens), BudgetAmount.maximum)
        let request = BudgetRequest(
            event: event.id,
            user: event.sender.id,
            chat: event.key.chat,
            day: BudgetPeriod(.day, at: date, in: limits.timeZone),
            month: BudgetPeriod(.month, at: date, in: limits.timeZone),
            amount: BudgetAmount(
                messages: 1,
                tokens: tokens,
                nanodollars: BudgetAmount.nanodollars(limits.dollarsPerMillionTokens.map { $0 * Double(tokens) / 1e6 })
            ),
            date: date,
            isGuest: event.isFromElsewhere
        )
        let rules = BudgetRules(limits: limits, role: role)
        switch try await store.reserve(request, deciding: { rules.decide($1, $0) }) {
        case .granted: return .granted
        case .refused(let refusal):
            logger.notice(
                "An answer would pass a limit",
                metadata: [
                    "user.id": "\(event.sender.id)", "chat.id": "\(event.key.chat)",
                    "budget.scope": "\(refusal.account.scope)", "budget.period": "\(refusal.account.period.name)",
                    "budget.kind": "\(refusal.kind)", "budget.reason": "\(refusal.reason)",
                ]
            )
            let end = BudgetPeriod.end(of: refusal.account.period.kind, around: date, in: limits.timeZone)
            let text = Language(code: event.sender.languageCode)
                .text(BudgetPhrase.refused(refusal, opensIn: end.timeIntervalSince(date)))
            return .exhausted(FinalReply(text: text, isRemembered: false))
        }
    }

    /// Books what the answer did cost, nothing where none came; the rest of the reservation is free again.
    ///
    /// Where most of a limit is used by then, those whom it concerns hear of it once a period: a person in their private chat, a
    /// group in the group, owners of the limit for everybody.
    public func settle(_ event: InboundEvent, usage: Usage?) async throws {
        let role = try await access.role(of: event.sender.id, bot: event.key.bot) ?? .member
        let rules = BudgetRules(limits: limits, role: role)
        let amount = usage.map { usage in
            BudgetAmount(messages: 1, tokens: usage.promptTokenCount)
                + BudgetAmount(tokens: usage.generatedTokenCount, nanodollars: BudgetAmount.nanodollars(usage.cost))
        }
        let noted = try await store.settle(event.id, as: amount) { balances in
            rules.notable(balances).filter { Self.isTold(of: $0, in: event) }
        }
        for account in noted { try await tell(account, rules, event) }
    }

    /// Adds a chat's usage to the chat that it became.
    public func move(from chat: ChatID, to other: ChatID, bot: BotID) async throws {
        try await store.moveUsage(from: chat, to: other, bot: bot)
    }

    /// Forgets what no limit asks for any more: reservations of ended events after a day, usage after thirteen months.
    public func sweep(bot: BotID) async throws {
        let date = try await date(for: bot)
        let old = date.addingTimeInterval(-400 * 86_400)
        try await store.pruneBudgets(
            of: bot,
            reservedBefore: date.addingTimeInterval(-86_400),
            day: BudgetPeriod(.day, at: old, in: limits.timeZone).name,
            month: BudgetPeriod(.month, at: old, in: limits.timeZone).name
        )
    }

    /// The bot's moment, which never goes back.
    func date(for bot: BotID) async throws -> Date {
        if clocks.withLock({ $0[bot] }) == nil {
            let latest = try await store.latestReservation(of: bot) ?? .distantPast
            clocks.withLock { $0[bot] = $0[bot] ?? SteadyClock(notBefore: latest, at: instant()) }
        }
        return clocks.withLock { clocks in
            clocks[bot]?.date(system: systemDate(), at: instant()) ?? systemDate()
        }
    }

    /// Whether there is a place where the note about an account concerns nobody else.
    private static func isTold(of account: BudgetAccount, in event: InboundEvent) -> Bool {
        switch account.scope {
        case .user: event.isPrivate && event.connection == nil
        case .chat: !event.isPrivate && event.connection == nil
        case .all: true
        // Nothing can be said there but the answer.
        case .guest, .guestChat: false
        }
    }

    private func tell(_ account: BudgetAccount, _ rules: BudgetRules, _ event: InboundEvent) async throws {
        if account.scope == .all {
            return try await access.tellOwners(of: event.key.bot) { $0.text(BudgetPhrase.mostIsUsed(account)) }
        }
        let text = Language(code: event.sender.languageCode).text(BudgetPhrase.mostIsUsed(account))
        do {
            _ = try await actions.send(FinalReply(text: text, isRemembered: false), to: event.key)
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.info("A note about a limit could not be sent", metadata: ["error": "\(error)"])
        }
    }
}
