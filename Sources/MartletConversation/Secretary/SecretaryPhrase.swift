/// What the bot says to owners about answering in their names.
public enum SecretaryPhrase: Sendable, Hashable {
    case greeting
    case greetingWithoutRights
    case rightsLost
    case ended
    case notConnected
    case panel(mode: String)
    case panelEmpty(mode: String)
    case panelWithoutRights
    case contact(name: String, mode: String, isPaused: Bool)
    case contactGone
    case modeOff, modeSuggest, modeAutomatic, modeDefault
    case pause, resume
    case offForAll, log, back, previous, next
    case chosen(mode: String)
    case everythingOff
    case logTitle, logEmpty
    case logLine(contact: String, date: String, isAutomatic: Bool, state: SentMessage.Outcome)
    case draft(contact: String)
    case send, edit, discard
    case draftState(DraftState, contact: String)
    case sending, alreadySent, outdated, discarded, editing, notPermitted, tooLate, busy, notYours
    case notWritten(contact: String)
    case loopCut(contact: String)
    case notSent(contact: String)
    case doubtful(contact: String)
    case notAllowed(contact: String)
    case disclosure
}

extension Language {
    /// The bot's text for a phrase.
    public func text(_ phrase: SecretaryPhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }
}
