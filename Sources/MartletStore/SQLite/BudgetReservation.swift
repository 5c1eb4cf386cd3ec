import FoundationEssentials
import GRDB
import MartletConversation

/// A row of `budget_reservation`: what is set aside for an event, or that the event was settled.
struct BudgetReservation {
    var event: EventID
    var user: UserID
    var chat: ChatID
    var day: BudgetPeriod
    var month: BudgetPeriod
    var amount: BudgetAmount
    var isHeld = true
    var isGuest = false
    var made: Date

    /// Whether a row's event has not ended, in SQL: one that is not in the table of updates counts as open, so that nothing is
    /// given away by a caller that records its events elsewhere.
    static let isOpen = """
        NOT EXISTS (SELECT 1 FROM received_update WHERE received_update.bot = budget_reservation.bot
            AND received_update.update_id = budget_reservation.update_id AND received_update.state IN (\(
                EventOutcome.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))))
        """

    init(_ request: BudgetRequest) {
        event = request.event
        user = request.user
        chat = request.chat
        day = request.day
        month = request.month
        amount = request.amount
        made = request.date
        isGuest = request.isGuest
    }

    init(row: Row) {
        event = EventID(bot: BotID(row["bot"]), update: row["update_id"])
        user = UserID(row["user"])
        chat = ChatID(row["chat"])
        day = BudgetPeriod(kind: .day, name: row["day"])
        month = BudgetPeriod(kind: .month, name: row["month"])
        amount = BudgetAmount(row: row)
        isHeld = row["is_held"]
        isGuest = row["is_guest"]
        made = Date(timeIntervalSince1970: row["made"])
    }

    /// The accounts that it counts for.
    var accounts: [BudgetAccount] {
        BudgetRequest(
            event: event,
            user: user,
            chat: chat,
            day: day,
            month: month,
            amount: amount,
            date: made,
            isGuest: isGuest
        ).accounts
    }

    static func find(_ event: EventID, in database: Database) throws -> BudgetReservation? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM budget_reservation WHERE bot = ? AND update_id = ?",
            arguments: [event.bot.rawValue, event.update]
        )
        .map(BudgetReservation.init(row:))
    }

    /// What answers that are being written may still cost an account; those whose event has ended hold nothing.
    static func held(for account: BudgetAccount, bot: BotID, in database: Database) throws -> BudgetAmount {
        let period = account.period.kind == .day ? "day" : "month"
        let scope =
            switch account.scope {
            case .user: "NOT is_guest AND user = :subject"
            case .chat: "NOT is_guest AND chat = :subject"
            case .guest: "is_guest AND user = :subject"
            case .guestChat: "is_guest AND chat = :subject AND chat <> user"
            case .all: ":subject = 0"
            }
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT coalesce(sum(messages), 0) AS messages, coalesce(sum(tokens), 0) AS tokens,
                    coalesce(sum(nanodollars), 0) AS nanodollars
                FROM budget_reservation WHERE bot = :bot AND is_held AND \(scope) AND \(period) = :period AND \(isOpen)
                """,
            arguments: ["bot": bot.rawValue, "subject": account.scope.subject, "period": account.period.name]
        )
        return row.map { BudgetAmount(row: $0) } ?? BudgetAmount()
    }

    func save(in database: Database) throws {
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO budget_reservation
                    (bot, update_id, user, chat, day, month, messages, tokens, nanodollars, is_held, made, is_guest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                event.bot.rawValue, event.update, user.rawValue, chat.rawValue, day.name, month.name, amount.messages,
                amount.tokens, amount.nanodollars, isHeld, made.timeIntervalSince1970, isGuest,
            ]
        )
    }

    func remove(in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM budget_reservation WHERE bot = ? AND update_id = ?",
            arguments: [event.bot.rawValue, event.update]
        )
    }
}
