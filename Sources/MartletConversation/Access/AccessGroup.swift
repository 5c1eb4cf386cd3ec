public import FoundationEssentials

/// What is known of a group that the bot is or was in.
public struct AccessGroup: Sendable, Hashable {
    /// Which.
    public var chat: ChatID
    /// Whether the bot answers there.
    public var standing: Standing
    /// Its name, as last seen.
    public var title: String?
    /// Who added the bot, where that was seen.
    public var addedBy: UserID?
    /// Since when it stands so.
    public var since: Date
    /// Whether an owner has been asked about it.
    public var isAsked: Bool
    /// Whether the bot is in it.
    public var isPresent: Bool
    /// Who may change the bot's settings there.
    public var settingsBy: SettingsBy

    /// Whether the bot answers in a group.
    public enum Standing: String, Sendable, Hashable, Codable, CaseIterable {
        /// An owner has not decided.
        case pending
        /// It does.
        case approved
        /// An owner said no.
        case refused
    }

    /// Who may change the bot's settings in a group.
    public enum SettingsBy: String, Sendable, Hashable, Codable, CaseIterable {
        /// The group's administrators, and the bot's.
        case administrators
        /// Everybody in it.
        case everybody
    }

    /// Makes a group.
    public init(
        chat: ChatID,
        standing: Standing,
        title: String? = nil,
        addedBy: UserID? = nil,
        since: Date,
        isAsked: Bool = false,
        isPresent: Bool = true,
        settingsBy: SettingsBy = .administrators
    ) {
        self.chat = chat
        self.standing = standing
        self.title = title
        self.addedBy = addedBy
        self.since = since
        self.isAsked = isAsked
        self.isPresent = isPresent
        self.settingsBy = settingsBy
    }
}
