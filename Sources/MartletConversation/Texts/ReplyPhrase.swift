/// What the bot says around its replies.
public enum ReplyPhrase: Sendable, Hashable {
    case stopButton
    case regenerateButton
    case proceedButton

    var english: String {
        switch self {
        case .stopButton: "⏹ Stop"
        case .regenerateButton: "🔄 Again"
        case .proceedButton: "➡️ Go on"
        }
    }

    var turkish: String {
        switch self {
        case .stopButton: "⏹ Durdur"
        case .regenerateButton: "🔄 Yeniden"
        case .proceedButton: "➡️ Devam et"
        }
    }

    var russian: String {
        switch self {
        case .stopButton: "⏹ Стоп"
        case .regenerateButton: "🔄 Заново"
        case .proceedButton: "➡️ Дальше"
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
