extension BudgetPhrase {
    var turkish: String {
        switch self {
        case .refused(let refusal, _) where refusal.reason == .busy:
            "Şu anda yazılan yanıtlar \(Self.period(refusal)) kalanı kullanabilir. Lütfen bir dakika sonra yeniden deneyin."
        case .refused(let refusal, _) where refusal.reason == .tooLarge && refusal.kind == .messages:
            "Sahibim bunun için hiç mesaj ayırmadı. Sayıları /usage gösterir."
        case .refused(let refusal, _) where refusal.reason == .tooLarge:
            "Bunun için gereken \(Self.kind(refusal)), sahibimin izin verdiğinden çok. Daha kısa bir mesaj ya da yeni bir konuşma daha azını ister."
        case .refused(let refusal, let seconds) where refusal.account.scope.isGuests:
            "Burada \(Self.period(refusal)) yanıtlayabileceklerim bitti. "
                + "\(Self.wait(seconds, "gün", "saat", "dk")) sonra ya da benim sohbetimde devam edelim."
        case .refused(let refusal, let seconds):
            Self.whose(refusal.account.scope) + " \(Self.period(refusal)) ayrılan \(Self.kind(refusal)) bitti. "
                + "\(Self.wait(seconds, "gün", "saat", "dk")) sonra devam edelim. Sayıları /usage gösterir."
        case .mostIsUsed(let account):
            Self.whose(account.scope)
                + " \(account.period.kind == .day ? "bugün" : "bu ay") ayrılanın çoğu kullanıldı. "
                + "Sayıları /usage gösterir."
        case .you: "Siz"
        case .thisChat: "Bu sohbet"
        case .everybody: "Herkes birlikte"
        case .byPerson: "Kişilere göre, bu ay"
        case .today: "Bugün:"
        case .thisMonth: "Bu ay:"
        case .messages: "mesaj"
        case .tokens: "token"
        }
    }

    private static func whose(_ scope: BudgetAccount.Scope) -> String {
        switch scope {
        case .user: "Size"
        case .chat: "Bu sohbete"
        case .all: "Bana"
        case .guest: "Size"
        case .guestChat: "Bu sohbete"
        }
    }

    private static func kind(_ refusal: BudgetRefusal) -> String {
        switch refusal.kind {
        case .messages: "mesaj"
        case .tokens: "token"
        case .money: "para"
        }
    }

    private static func period(_ refusal: BudgetRefusal) -> String {
        refusal.account.period.kind == .day ? "bugün için" : "bu ay için"
    }
}
