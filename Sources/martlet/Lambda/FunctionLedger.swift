package import Foundation
package import MartletConversation

/// Counts a function's gigabyte-seconds by the day, in accounts of its own beside those of the people.
package struct FunctionLedger: Sendable {
    private let store: any BudgetStore
    private let bot: BotID
    /// The most of a day.
    package let limit: Double
    private let timeZone: TimeZone
    private let now: @Sendable () -> Date

    /// Amounts are kept in thousandths.
    private static let unitsPerGigabyteSecond = 1000.0

    /// Makes a ledger.
    /// - Parameter limit: Gigabyte-seconds that a day may take.
    package init(
        store: any BudgetStore,
        bot: BotID,
        limit: Double,
        timeZone: TimeZone,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.bot = IdentityNote.substitute(for: bot)
        self.limit = limit
        self.timeZone = timeZone
        self.now = now
    }

    /// What today has taken so far.
    package func usedToday() async throws -> Double {
        let account = BudgetAccount(.all, period(.day, at: now()))
        let balances = try await store.balances(of: [account], bot: bot)
        let used = balances.reduce(0) { $0 + $1.booked.tokens }
        return Double(used) / Self.unitsPerGigabyteSecond
    }

    /// Whether today's part is used up.
    package func isExhausted() async throws -> Bool { try await usedToday() >= limit }

    /// Adds to today's account.
    package func book(_ gigabyteSeconds: Double) async throws {
        let units = (gigabyteSeconds * Self.unitsPerGigabyteSecond).rounded(.up)
        guard units > 0 else { return }
        let date = now()
        let amount = BudgetAmount(messages: 1, tokens: Int(min(units, Double(BudgetAmount.maximum))))
        let event = EventID(bot: bot, update: Int64.random(in: 1 ... .max))
        let request = BudgetRequest(
            event: event,
            user: UserID(0),
            chat: ChatID(0),
            day: period(.day, at: date),
            month: period(.month, at: date),
            amount: amount,
            date: date
        )
        _ = try await store.reserve(request) { _, _ in .granted }
        _ = try await store.settle(event, as: amount) { _ in [] }
    }

    /// Forgets what is older than a month.
    package func sweep() async throws {
        let date = now()
        let old = date.addingTimeInterval(-40 * 86_400)
        try await store.pruneBudgets(
            of: bot,
            reservedBefore: date.addingTimeInterval(-86_400),
            day: period(.day, at: old).name,
            month: period(.month, at: old).name
        )
    }

    /// How long it is until the next day begins.
    package func secondsUntilTomorrow() -> Double {
        let date = now()
        return calendar.dateInterval(of: .day, for: date)?.end.timeIntervalSince(date) ?? 86_400
    }

    private func period(_ kind: BudgetPeriod.Kind, at date: Date) -> BudgetPeriod {
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        let month = String(format: "%d-%02d", parts.year ?? 0, parts.month ?? 0)
        return BudgetPeriod(
            kind: kind,
            name: kind == .month ? month : month + String(format: "-%02d", parts.day ?? 0)
        )
    }

    private var calendar: Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        return calendar
    }
}
