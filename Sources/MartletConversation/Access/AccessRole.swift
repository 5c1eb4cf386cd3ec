/// What somebody may do with the bot, least first.
public enum AccessRole: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Talks to it.
    case member
    /// Talks to it, within limits of their own, and changes the settings of any group.
    case admin
    /// Decides who else may talk to it.
    case owner

    /// Whether the left one may do less.
    public static func < (left: AccessRole, right: AccessRole) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .member: 0
        case .admin: 1
        case .owner: 2
        }
    }
}
