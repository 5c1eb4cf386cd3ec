public import FoundationEssentials

/// How much the bot may be asked for, as its operator configured it.
public struct BudgetLimits: Sendable, Hashable {
    /// For each person of a role; a role that is not here is not limited.
    public var roles: [AccessRole: Periods] = [:]
    /// For each chat, whoever asks there.
    public var chat = Periods()
    /// For everybody together.
    public var all = Periods()
    /// For each person who asks in chats that the bot is not in.
    public var guest = Periods()
    /// For each chat that the bot is not in, whoever asks there.
    public var guestChat = Periods()
    /// The most that a million tokens cost, in US dollars; an answer that may cost money sets aside so much.
    public var dollarsPerMillionTokens: Double?
    /// Where days and months begin.
    public var timeZone: TimeZone

    /// Limits for a day and for a month.
    public struct Periods: Sendable, Hashable {
        /// From midnight to midnight.
        public var day = Limit()
        /// From the first to the last of a month.
        public var month = Limit()

        /// Makes limits that limit nothing.
        public init() {}
    }

    /// The most of each kind; nil for no limit.
    public struct Limit: Sendable, Hashable {
        /// Answers.
        public var messages: Int?
        /// Tokens of prompts and answers.
        public var tokens: Int?
        /// US dollars.
        public var dollars: Double?

        /// Makes a limit that limits nothing.
        public init(messages: Int? = nil, tokens: Int? = nil, dollars: Double? = nil) {
            self.messages = messages
            self.tokens = tokens
            self.dollars = dollars
        }
    }

    /// Makes limits that limit nothing.
    public init(timeZone: TimeZone = .current) {
        self.timeZone = timeZone
    }

    /// Whether anything is limited in money.
    public var limitsMoney: Bool {
        (Array(roles.values) + [chat, all, guest, guestChat]).contains {
            $0.day.dollars != nil || $0.month.dollars != nil
        }
    }

    /// The limit of an account, for somebody of a role.
    func limit(of account: BudgetAccount, role: AccessRole) -> Limit {
        let periods =
            switch account.scope {
            case .user: roles[role] ?? Periods()
            case .chat: chat
            case .all: all
            case .guest: guest
            case .guestChat: guestChat
            }
        return account.period.kind == .day ? periods.day : periods.month
    }
}
