/// What the bot says about commands, choices and settings.
public enum CommandPhrase: Sendable, Hashable {
    case historyErased
    case begunAfresh
    case undone
    case nothingToUndo
    case nothingToRetry
    case contextLengthSet(Int)
    case contextLengthInvalid(maximum: Int, current: Int)
    case modelQuestion(current: String, hasOthers: Bool)
    case noSuchModel(String)
    case modelSet(String)
    case modelLoading(String)
    case modelUnavailable(String)
    case personaQuestion(current: String, hasOthers: Bool)
    case noSuchPersona(String)
    case personaSet(String)
    case languageQuestion
    case languageSet
    case alreadySo
    case settingsTitle
    case busyQueue
    case busyReplace
    case busyIgnore
    case thinkingShown
    case thinkingHidden
    case stylePlain
    case styleRich
    case settingsReading
    case readsAlong
    case readsOnlyItsOwn
    case privacy
    case onlyInPrivate
    case myDataCaption
    case forgetMeQuestion
    case forgetMeYes
    case forgetMeNo
    case forgetMeKept
    case forgotten
    case menuStart
    case menuHelp
    case menuNew
    case menuStop
    case menuRetry
    case menuUndo
    case menuReset
    case onlyAdministratorsMay
    case menuSetContextLength
    case menuModel
    case menuPersona
    case menuLanguage
    case menuSettings
    case menuSecretary
    case menuUsage
    case menuPrivacy
    case menuMyData
    case menuForgetMe
}

extension Language {
    /// The bot's text for a phrase about commands.
    public func text(_ phrase: CommandPhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }

    /// What the language calls itself.
    public var ownName: String {
        switch self {
        case .english: "English"
        case .turkish: "Türkçe"
        case .russian: "Русский"
        }
    }
}
