public import FoundationEssentials

/// Where usage and reservations are kept; every change is durable when its call returns.
///
/// A reservation goes `held -> settled`. One whose event has ended without being settled holds nothing any more, but a late
/// settlement still books it.
public protocol BudgetStore: Sendable {
    /// Sets an amount aside where `decide` agrees, in one step that no other reservation can come between.
    ///
    /// The same event asked again while it is held changes nothing. An event that was settled and is answered anew, because the
    /// process died before its end, sets tokens and money aside again, and no message.
    /// - Parameter decide: Gets the balances of the request's accounts, without this event's own part, and the amount.
    func reserve(
        _ request: BudgetRequest,
        deciding decide: @escaping @Sendable ([BudgetBalance], BudgetAmount) -> BudgetVerdict
    ) async throws -> BudgetVerdict

    /// Books what a reservation came to and frees the rest; one that is settled or unknown is left alone.
    /// - Parameters:
    ///   - amount: What the answer did cost; nil where none came, which costs nothing.
    ///   - noting: Gets the balances after it, and chooses the accounts that are marked as noted.
    /// - Returns: The accounts that were marked.
    func settle(
        _ event: EventID,
        as amount: BudgetAmount?,
        noting: @escaping @Sendable ([BudgetBalance]) -> [BudgetAccount]
    ) async throws -> [BudgetAccount]

    /// How accounts stand.
    func balances(of accounts: [BudgetAccount], bot: BotID) async throws -> [BudgetBalance]

    /// Who used most tokens in a period, most first.
    func largestShares(in period: BudgetPeriod, bot: BotID, limit: Int) async throws -> [BudgetShare]

    /// The latest moment of any reservation.
    func latestReservation(of bot: BotID) async throws -> Date?

    /// Adds a chat's usage to another chat's, and takes it from the first.
    func moveUsage(from chat: ChatID, to other: ChatID, bot: BotID) async throws

    /// Forgets reservations made before `date` whose events have ended, and periods whose names sort before those given.
    func pruneBudgets(of bot: BotID, reservedBefore date: Date, day: String, month: String) async throws
}

/// What is to be set aside, and for which accounts.
public struct BudgetRequest: Sendable, Hashable {
    /// For which event.
    public var event: EventID
    /// Who asks.
    public var user: UserID
    /// Where.
    public var chat: ChatID
    /// The day that it counts for.
    public var day: BudgetPeriod
    /// The month that it counts for.
    public var month: BudgetPeriod
    /// The most that it can come to.
    public var amount: BudgetAmount
    /// When.
    public var date: Date
    /// Whether it was asked in a chat that the bot is not in.
    public var isGuest: Bool

    /// Makes a request.
    public init(
        event: EventID,
        user: UserID,
        chat: ChatID,
        day: BudgetPeriod,
        month: BudgetPeriod,
        amount: BudgetAmount,
        date: Date,
        isGuest: Bool = false
    ) {
        self.event = event
        self.user = user
        self.chat = chat
        self.day = day
        self.month = month
        self.amount = amount
        self.date = date
        self.isGuest = isGuest
    }

    /// The accounts that it counts for.
    public var accounts: [BudgetAccount] {
        isGuest
            ? BudgetAccount.all(forGuest: user, in: chat, day: day, month: month)
            : BudgetAccount.all(for: user, in: chat, day: day, month: month)
    }
}

/// Whether something may be set aside.
public enum BudgetVerdict: Sendable, Hashable {
    /// It may.
    case granted
    /// It may not.
    case refused(BudgetRefusal)
}

/// Which limit stands against a request, and why.
public struct BudgetRefusal: Sendable, Hashable {
    /// Whose limit.
    public var account: BudgetAccount
    /// Of what.
    public var kind: Kind
    /// Why.
    public var reason: Reason

    /// Makes a refusal.
    public init(account: BudgetAccount, kind: Kind, reason: Reason) {
        self.account = account
        self.kind = kind
        self.reason = reason
    }

    /// What is limited.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// Answers.
        case messages
        /// Tokens.
        case tokens
        /// Money.
        case money
    }

    /// Why a request does not fit.
    public enum Reason: Sendable, Hashable {
        /// Others are being answered, and what they leave may suffice.
        case busy
        /// Too much is used.
        case exhausted
        /// It would not fit if nothing had been used.
        case tooLarge
    }
}
