/// What the bot says around its replies.
public enum ReplyPhrase: Sendable, Hashable {
    case stopButton
    case regenerateButton
    case proceedButton
    /// To a group, about an answer that its asker alone may see, which has gone to their private chat.
    case answeredAside(String)
    /// The same where there is no private chat to send it to.
    case onlyAside(String)

    var english: String {
        switch self {
        case .stopButton: "⏹ Stop"
        case .regenerateButton: "🔄 Again"
        case .proceedButton: "➡️ Go on"
        case .answeredAside(let name): "\(name), I have answered you in our private chat."
        case .onlyAside(let name):
            "\(name), I cannot answer you here without everybody reading it. Please write to me in private."
        }
    }

    var turkish: String {
        switch self {
        case .stopButton: "⏹ Durdur"
        case .regenerateButton: "🔄 Yeniden"
        case .proceedButton: "➡️ Devam et"
        case .answeredAside(let name): "\(name), yanıtımı özel sohbetimize yazdım."
        case .onlyAside(let name):
            "\(name), burada yanıtlarsam herkes okur. Lütfen bana özelden yazın."
        }
    }

    var russian: String {
        switch self {
        case .stopButton: "⏹ Стоп"
        case .regenerateButton: "🔄 Заново"
        case .proceedButton: "➡️ Дальше"
        case .answeredAside(let name): "\(name), ответ — в нашем личном чате."
        case .onlyAside(let name):
            "\(name), здесь мой ответ прочли бы все. Напишите мне, пожалуйста, в личный чат."
        }
    }
}

extension Language {
    /// The bot's text for a phrase.
    public func text(_ phrase: ReplyPhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }

    /// What shows while the model thinks, one after the other.
    public var thinkingPhrases: [String] {
        switch self {
        case .english: ["💭 Let me think…", "💭 One moment, please…", "💭 Still thinking about it…", "💭 Almost there…"]
        case .turkish: ["💭 Bir düşüneyim…", "💭 Bir dakika lütfen…", "💭 Hâlâ düşünüyorum…", "💭 Neredeyse hazır…"]
        case .russian: ["💭 Дайте подумать…", "💭 Минутку, пожалуйста…", "💭 Всё ещё думаю…", "💭 Уже почти…"]
        }
    }
}
