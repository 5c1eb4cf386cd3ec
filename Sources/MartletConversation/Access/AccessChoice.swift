/// What an owner can decide with a button, and how the button says it.
enum AccessChoice: Sendable, Hashable {
    /// The bot stays in a group and answers there.
    case approve(ChatID)
    /// The bot leaves a group.
    case leave(ChatID)
    /// Who may change the bot's settings in a group.
    case settings(ChatID, by: AccessGroup.SettingsBy)
    /// Somebody is let in.
    case allow(UserID)
    /// Somebody is kept out.
    case block(UserID)

    /// Two letters, a colon and a number: at most 23 bytes.
    var value: String {
        switch self {
        case .approve(let chat): "ga:\(chat)"
        case .leave(let chat): "gl:\(chat)"
        case .settings(let chat, .administrators): "gm:\(chat)"
        case .settings(let chat, .everybody): "ge:\(chat)"
        case .allow(let user): "ua:\(user)"
        case .block(let user): "ub:\(user)"
        }
    }

    /// Reads a button's value; nil for somebody else's.
    init?(_ value: String) {
        let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[1]) else { return nil }
        switch parts[0] {
        case "ga": self = .approve(ChatID(number))
        case "gl": self = .leave(ChatID(number))
        case "gm": self = .settings(ChatID(number), by: .administrators)
        case "ge": self = .settings(ChatID(number), by: .everybody)
        case "ua": self = .allow(UserID(number))
        case "ub": self = .block(UserID(number))
        default: return nil
        }
    }
}
