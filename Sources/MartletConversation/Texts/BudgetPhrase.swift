/// What the bot says about how much it is used.
enum BudgetPhrase: Sendable, Hashable {
    case refused(BudgetRefusal, opensIn: Double)
    case mostIsUsed(BudgetAccount)
    case you
    case thisChat
    case everybody
    case byPerson
    case today
    case thisMonth
    /// The word behind a number of messages.
    case messages(Int64)
    /// The word behind a number of tokens.
    case tokens(Int64)
}

extension Language {
    /// The bot's text for a phrase about limits.
    func text(_ phrase: BudgetPhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }
}

extension BudgetPhrase {
    /// Days, hours and minutes until a moment, the two largest that are not zero, at least a minute.
    static func wait(_ seconds: Double, _ days: String, _ hours: String, _ minutes: String) -> String {
        let total = max(1, Int((seconds / 60).rounded(.up)))
        let parts = [(total / 1440, days), (total / 60 % 24, hours), (total % 60, minutes)]
        return parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }
}
