/// Who may talk to the bot, as its operator configured it.
public struct AccessSettings: Sendable, Hashable {
    /// Who decides about everybody else; more may be in the store.
    public var owners: Set<UserID> = []
    /// Who helps them.
    public var admins: Set<UserID> = []
    /// Who may talk to the bot without a code.
    public var allowed: Set<UserID> = []
    /// Groups in which the bot answers without being asked about.
    public var allowedGroups: Set<ChatID> = []
    /// Whether strangers are answered.
    public var people = People.closed
    /// What happens when the bot is added to a group.
    public var groups = Groups.approval
    /// Who is answered in an approved group.
    public var groupMembers = GroupMembers.everybody
    /// Who may change the bot's settings in a group where its owner has not chosen.
    public var groupSettings = AccessGroup.SettingsBy.administrators
    /// How long the bot stays in a group that nobody approved.
    public var groupPatience: Duration = .seconds(86_400)
    /// How long a pairing code can be used.
    public var codeLifetime: Duration = .seconds(3600)
    /// The bot's name on its platform, without `@`, for links and explanations.
    public var botUsername: String?
    /// Whether the platform shows the bot everything that is said in groups.
    public var readsAllGroupMessages = false

    /// Wrong codes of one person in an hour before they get silence.
    public static let wrongCodeLimit = 5
    /// The seconds in which a stranger is refused once, and in which wrong codes are counted.
    public static let attemptWindow: Double = 3600

    /// Whether strangers are answered.
    public enum People: String, Sendable, Hashable, CaseIterable {
        /// Only those whom an owner let in.
        case closed
        /// Everybody who is not blocked.
        case open
    }

    /// What happens when the bot is added to a group.
    public enum Groups: String, Sendable, Hashable, CaseIterable {
        /// An owner is asked.
        case approval
        /// It answers there.
        case open
        /// It leaves.
        case never
    }

    /// Who is answered in an approved group.
    public enum GroupMembers: String, Sendable, Hashable, CaseIterable {
        /// Everybody who is not blocked.
        case everybody
        /// Those who may talk to the bot in private.
        case allowed
    }

    /// Makes the settings of a bot that only a code opens.
    public init() {}
}
