extension BudgetPhrase {
    var english: String {
        switch self {
        case .refused(let refusal, _) where refusal.reason == .busy:
            "Other answers are being written that may need what is left for \(Self.period(refusal)). Please try again in a minute."
        case .refused(let refusal, _) where refusal.reason == .tooLarge && refusal.kind == .messages:
            "My owner has set aside no messages for this. /usage shows the numbers."
        case .refused(let refusal, _) where refusal.reason == .tooLarge:
            "This would need more \(Self.kind(refusal)) than my owner allows at all. A shorter message, or a new conversation, needs less."
        case .refused(let refusal, let seconds) where refusal.account.scope.isGuests:
            "I have answered all that I may here for \(Self.period(refusal)). "
                + "Let us go on in \(Self.wait(seconds, "d", "h", "min")), or in my own chat."
        case .refused(let refusal, let seconds):
            Self.whose(refusal.account.scope) + " \(Self.kind(refusal)) for \(Self.period(refusal)) are used up. "
                + "Let us go on in \(Self.wait(seconds, "d", "h", "min")). /usage shows the numbers."
        case .mostIsUsed(let account):
            Self.whose(account.scope)
                + " limit for \(account.period.kind == .day ? "today" : "this month") is mostly used. "
                + "/usage shows the numbers."
        case .you: "You"
        case .thisChat: "This chat"
        case .everybody: "Everybody together"
        case .byPerson: "By person, this month"
        case .today: "Today:"
        case .thisMonth: "This month:"
        case .messages(let count): count == 1 ? "message" : "messages"
        case .tokens(let count): count == 1 ? "token" : "tokens"
        }
    }

    private static func whose(_ scope: BudgetAccount.Scope) -> String {
        switch scope {
        case .user: "Your"
        case .chat: "This chat's"
        case .all: "My"
        case .guest: "Your"
        case .guestChat: "This chat's"
        }
    }

    private static func kind(_ refusal: BudgetRefusal) -> String {
        switch refusal.kind {
        case .messages: "messages"
        case .tokens: "tokens"
        case .money: "funds"
        }
    }

    private static func period(_ refusal: BudgetRefusal) -> String {
        refusal.account.period.kind == .day ? "today" : "this month"
    }
}
