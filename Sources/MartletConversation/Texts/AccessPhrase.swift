/// What the bot says about who may talk to it.
enum AccessPhrase: Sendable, Hashable {
    case stranger(hasOwner: Bool, number: UserID)
    case wrongCode(triesLeft: Int)
    case welcome
    case welcomeOwner
    case cameIn(name: String, number: UserID, role: AccessRole)
    case invitation(code: String, link: String?, minutes: Int)
    case needsNumber
    case isAllowed(name: String?, number: UserID)
    case isBlocked(name: String?, number: UserID)
    case ownerStays
    case notYourself
    case notYours
    case people(isOpen: Bool)
    case groupList
    case nobody
    case roleName(AccessRole)
    case blockedName
    case groupStanding(AccessGroup.Standing)
    case settingsBy(AccessGroup.SettingsBy)
    case groupWaits(title: String, addedBy: String?, hours: Int)
    case groupApproved(title: String)
    case groupLeft(title: String)
    case groupGone
    case joinedChannel(title: String)
    case joinedGroup(username: String?, seesEverything: Bool)
    case approve
    case leave
    case block
    case letIn
}

extension Language {
    /// The bot's text for a phrase about access.
    func text(_ phrase: AccessPhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }
}
