extension BudgetPhrase {
    var russian: String {
        switch self {
        case .refused(let refusal, _) where refusal.reason == .busy:
            "Остаток \(Self.period(refusal)) может уйти на ответы, которые сейчас пишутся. Попробуйте, пожалуйста, через минуту."
        case .refused(let refusal, _) where refusal.reason == .tooLarge && refusal.kind == .messages:
            "Мой владелец не выделил на это сообщений. Числа покажет /usage."
        case .refused(let refusal, _) where refusal.reason == .tooLarge:
            "На это нужно больше \(Self.kind(refusal)), чем разрешает мой владелец. Сообщению покороче или новому разговору нужно меньше."
        case .refused(let refusal, let seconds) where refusal.account.scope.isGuests:
            "Здесь мой запас ответов \(Self.period(refusal)) закончился. "
                + "Продолжим через \(Self.wait(seconds, "дн.", "ч", "мин")) или в моём чате."
        case .refused(let refusal, let seconds):
            Self.whose(refusal.account.scope) + " запас \(Self.kind(refusal)) \(Self.period(refusal)) закончился. "
                + "Продолжим через \(Self.wait(seconds, "дн.", "ч", "мин")). Числа покажет /usage."
        case .mostIsUsed(let account):
            Self.whose(account.scope)
                + " запас на \(account.period.kind == .day ? "сегодня" : "этот месяц") в основном израсходован. "
                + "Числа покажет /usage."
        case .you: "Вы"
        case .thisChat: "Этот чат"
        case .everybody: "Все вместе"
        case .byPerson: "По людям, за этот месяц"
        case .today: "Сегодня:"
        case .thisMonth: "В этом месяце:"
        case .messages(let count): RussianPlural.form(of: count, "сообщение", "сообщения", "сообщений")
        case .tokens(let count): RussianPlural.form(of: count, "токен", "токена", "токенов")
        }
    }

    private static func whose(_ scope: BudgetAccount.Scope) -> String {
        switch scope {
        case .user: "Ваш"
        case .chat: "Общий для этого чата"
        case .all: "Мой"
        case .guest: "Ваш"
        case .guestChat: "Общий для этого чата"
        }
    }

    private static func kind(_ refusal: BudgetRefusal) -> String {
        switch refusal.kind {
        case .messages: "сообщений"
        case .tokens: "токенов"
        case .money: "денег"
        }
    }

    private static func period(_ refusal: BudgetRefusal) -> String {
        refusal.account.period.kind == .day ? "на сегодня" : "на этот месяц"
    }
}
