import FoundationEssentials

/// What usage is counted for: somebody's day, a chat's month and the like.
public struct BudgetAccount: Sendable, Hashable {
    /// Whose usage.
    public var scope: Scope
    /// When.
    public var period: BudgetPeriod

    /// Whose usage is counted.
    public enum Scope: Sendable, Hashable {
        /// One person's, wherever they ask.
        case user(UserID)
        /// One chat's, whoever asks.
        case chat(ChatID)
        /// Everybody's.
        case all
        /// One person's in chats that the bot is not in.
        case guest(UserID)
        /// One chat's that the bot is not in, whoever asks.
        case guestChat(ChatID)

        /// Whether it counts what is asked where the bot is no member.
        var isGuests: Bool {
            switch self {
            case .guest, .guestChat: true
            case .user, .chat, .all: false
            }
        }
    }

    /// Makes an account.
    public init(_ scope: Scope, _ period: BudgetPeriod) {
        self.scope = scope
        self.period = period
    }

    /// The six accounts that a person's question in a chat counts for.
    static func all(for user: UserID, in chat: ChatID, day: BudgetPeriod, month: BudgetPeriod) -> [BudgetAccount] {
        accounts(of: [.user(user), .chat(chat), .all], day: day, month: month)
    }

    /// The accounts that a person's question in a chat counts for where the bot is no member; one from the writing line has no chat
    /// but the person's own number.
    static func all(
        forGuest user: UserID,
        in chat: ChatID,
        day: BudgetPeriod,
        month: BudgetPeriod
    ) -> [BudgetAccount] {
        let isNowhere = chat.rawValue == user.rawValue
        return accounts(of: [.guest(user)] + (isNowhere ? [] : [.guestChat(chat)]) + [.all], day: day, month: month)
    }

    private static func accounts(of scopes: [Scope], day: BudgetPeriod, month: BudgetPeriod) -> [BudgetAccount] {
        scopes.flatMap { [BudgetAccount($0, day), BudgetAccount($0, month)] }
    }
}

/// A day or a month of the bot's calendar.
public struct BudgetPeriod: Sendable, Hashable {
    /// How long it is.
    public var kind: Kind
    /// Its name: `2026-11-21` or `2026-11`.
    public var name: String

    /// A day or a month.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// From midnight to midnight.
        case day
        /// From the first to the last of a month.
        case month
    }

    /// Makes a period from its name.
    public init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }

    /// The period around a moment.
    init(_ kind: Kind, at date: Date, in timeZone: TimeZone) {
        let parts = Self.calendar(timeZone).dateComponents([.year, .month, .day], from: date)
        func padded(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        let month = "\(parts.year ?? 0)-\(padded(parts.month))"
        self.init(kind: kind, name: kind == .day ? month + "-" + padded(parts.day) : month)
    }

    /// When the period around a moment ends.
    static func end(of kind: Kind, around date: Date, in timeZone: TimeZone) -> Date {
        let component: Calendar.Component = kind == .day ? .day : .month
        return calendar(timeZone).dateInterval(of: component, for: date)?.end ?? date.addingTimeInterval(86_400)
    }

    private static func calendar(_ timeZone: TimeZone) -> Calendar {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        return calendar
    }
}
