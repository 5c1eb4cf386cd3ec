public import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore: BudgetStore {
    /// Sets an amount aside where `decide` agrees.
    ///
    /// Writers wait for each other, so nothing comes between look and deed.
    public func reserve(
        _ request: BudgetRequest,
        deciding decide: @escaping @Sendable ([BudgetBalance], BudgetAmount) -> BudgetVerdict
    ) async throws -> BudgetVerdict {
        try await write { database in
            let known = try BudgetReservation.find(request.event, in: database)
            if let known, known.isHeld { return .granted }
            var reservation = BudgetReservation(request)
            if known != nil { reservation.amount.messages = 0 }
            let balances = try Self.balances(of: request.accounts, bot: request.event.bot, in: database)
            let verdict = decide(balances, reservation.amount)
            if verdict == .granted { try reservation.save(in: database) }
            return verdict
        }
    }

    /// Books what a reservation came to.
    public func settle(
        _ event: EventID,
        as amount: BudgetAmount?,
        noting: @escaping @Sendable ([BudgetBalance]) -> [BudgetAccount]
    ) async throws -> [BudgetAccount] {
        try await write { database in
            guard var reservation = try BudgetReservation.find(event, in: database), reservation.isHeld else {
                return []
            }
            guard var amount else {
                // Nothing came of it: as if it had not been asked, unless an earlier attempt was booked.
                if reservation.amount.messages > 0 {
                    try reservation.remove(in: database)
                } else {
                    reservation.isHeld = false
                    try reservation.save(in: database)
                }
                return []
            }
            amount.messages = reservation.amount.messages
            for account in reservation.accounts {
                try Self.book(amount, for: account, bot: event.bot, in: database)
            }
            reservation.isHeld = false
            try reservation.save(in: database)
            let marked = noting(try Self.balances(of: reservation.accounts, bot: event.bot, in: database))
            for account in marked { try Self.mark(account, bot: event.bot, in: database) }
            return marked
        }
    }

    /// How accounts stand.
    public func balances(of accounts: [BudgetAccount], bot: BotID) async throws -> [BudgetBalance] {
        try await read { try Self.balances(of: accounts, bot: bot, in: $0) }
    }

    /// Who used most tokens.
    public func largestShares(in period: BudgetPeriod, bot: BotID, limit: Int) async throws -> [BudgetShare] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT subject, messages, tokens, nanodollars, access_person.name AS person FROM budget_usage
                    LEFT JOIN access_person ON access_person.bot = budget_usage.bot AND user = subject
                    WHERE budget_usage.bot = ? AND scope = 'user' AND period = ? AND budget_usage.name = ?
                    ORDER BY tokens DESC, messages DESC, subject LIMIT ?
                    """,
                arguments: [bot.rawValue, period.kind.rawValue, period.name, limit]
            )
            .map { BudgetShare(user: UserID($0["subject"]), name: $0["person"], amount: BudgetAmount(row: $0)) }
        }
    }

    /// The latest moment of any reservation.
    public func latestReservation(of bot: BotID) async throws -> Date? {
        try await read { database in
            try Double.fetchOne(
                database,
                sql: "SELECT max(made) FROM budget_reservation WHERE bot = ?",
                arguments: [bot.rawValue]
            )
            .map { Date(timeIntervalSince1970: $0) }
        }
    }

    /// Adds a chat's usage to another chat's.
    public func moveUsage(from chat: ChatID, to other: ChatID, bot: BotID) async throws {
        guard chat != other else { return }
        try await write { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT * FROM budget_usage WHERE bot = ? AND scope = 'chat' AND subject = ?",
                arguments: [bot.rawValue, chat.rawValue]
            )
            for row in rows {
                guard let kind = BudgetPeriod.Kind(rawValue: row["period"]) else { continue }
                let account = BudgetAccount(.chat(other), BudgetPeriod(kind: kind, name: row["name"]))
                try Self.book(BudgetAmount(row: row), for: account, bot: bot, in: database)
            }
            try database.execute(
                sql: "DELETE FROM budget_usage WHERE bot = ? AND scope = 'chat' AND subject = ?",
                arguments: [bot.rawValue, chat.rawValue]
            )
            try database.execute(
                sql: "UPDATE budget_reservation SET chat = ? WHERE bot = ? AND chat = ?",
                arguments: [other.rawValue, bot.rawValue, chat.rawValue]
            )
        }
    }

    /// Forgets what no limit asks for any more; the latest reservation stays, for the clock.
    public func pruneBudgets(of bot: BotID, reservedBefore date: Date, day: String, month: String) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    DELETE FROM budget_reservation WHERE bot = :bot AND made < :date AND NOT \(BudgetReservation.isOpen)
                        AND made < (SELECT max(made) FROM budget_reservation WHERE bot = :bot)
                    """,
                arguments: ["bot": bot.rawValue, "date": date.timeIntervalSince1970]
            )
            try database.execute(
                sql: """
                    DELETE FROM budget_usage WHERE bot = ?
                        AND (period = 'day' AND name < ? OR period = 'month' AND name < ?)
                    """,
                arguments: [bot.rawValue, day, month]
            )
        }
    }

    private static func balances(
        of accounts: [BudgetAccount],
        bot: BotID,
        in database: Database
    ) throws -> [BudgetBalance] {
        try accounts.map { account in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM budget_usage
                    WHERE bot = ? AND scope = ? AND subject = ? AND period = ? AND name = ?
                    """,
                arguments: [
                    bot.rawValue, account.scope.name, account.scope.subject, account.period.kind.rawValue,
                    account.period.name,
                ]
            )
            return BudgetBalance(
                account: account,
                booked: row.map { BudgetAmount(row: $0) } ?? BudgetAmount(),
                held: try BudgetReservation.held(for: account, bot: bot, in: database),
                isNoted: row?["is_noted"] ?? false
            )
        }
    }

    private static func book(
        _ amount: BudgetAmount,
        for account: BudgetAccount,
        bot: BotID,
        in database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO budget_usage (bot, scope, subject, period, name, messages, tokens, nanodollars)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (bot, scope, subject, period, name) DO UPDATE SET
                    messages = min(messages + excluded.messages, \(BudgetAmount.maximum)),
                    tokens = min(tokens + excluded.tokens, \(BudgetAmount.maximum)),
                    nanodollars = min(nanodollars + excluded.nanodollars, \(BudgetAmount.maximum))
                """,
            arguments: [
                bot.rawValue, account.scope.name, account.scope.subject, account.period.kind.rawValue,
                account.period.name, amount.messages, amount.tokens, amount.nanodollars,
            ]
        )
    }

    private static func mark(_ account: BudgetAccount, bot: BotID, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE budget_usage SET is_noted = 1
                WHERE bot = ? AND scope = ? AND subject = ? AND period = ? AND name = ?
                """,
            arguments: [
                bot.rawValue, account.scope.name, account.scope.subject, account.period.kind.rawValue,
                account.period.name,
            ]
        )
    }
}

extension BudgetAmount {
    /// Reads the amount of a row of usage or of a reservation.
    init(row: Row) {
        self.init(messages: row["messages"], tokens: row["tokens"], nanodollars: row["nanodollars"])
    }
}

extension BudgetAccount.Scope {
    /// What the table calls it.
    var name: String {
        switch self {
        case .user: "user"
        case .chat: "chat"
        case .all: "all"
        case .guest: "guest"
        case .guestChat: "guest_chat"
        }
    }

    /// Whose it is; 0 for everybody's.
    var subject: Int64 {
        switch self {
        case .user(let user), .guest(let user): user.rawValue
        case .chat(let chat), .guestChat(let chat): chat.rawValue
        case .all: 0
        }
    }
}
