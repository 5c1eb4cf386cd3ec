public import FoundationEssentials

/// What is known of somebody who wrote to the bot, or whom its owner named.
public struct AccessPerson: Sendable, Hashable {
    /// Who.
    public var id: UserID
    /// Whether they may talk to the bot.
    public var standing: Standing
    /// What they may do, where they are allowed.
    public var role: AccessRole
    /// The name that they had when they came in; nil for a stranger, of whom nothing but the number is kept.
    public var name: String?
    /// Since when they stand so.
    public var since: Date
    /// What they tried without being let in.
    public var attempts: AccessAttempts
    /// The update with which they came in by a code; asked again about it, the policy answers the same.
    public var pairingUpdate: Int64?
    /// The language that an owner last wrote with.
    public var languageCode: String?

    /// Whether somebody may talk to the bot.
    public enum Standing: String, Sendable, Hashable, Codable, CaseIterable {
        /// Nobody has decided.
        case stranger
        /// They may.
        case allowed
        /// They may not, and hear nothing.
        case blocked
    }

    /// Makes a person.
    public init(
        id: UserID,
        standing: Standing,
        role: AccessRole = .member,
        name: String? = nil,
        since: Date,
        attempts: AccessAttempts = AccessAttempts(),
        pairingUpdate: Int64? = nil,
        languageCode: String? = nil
    ) {
        self.id = id
        self.standing = standing
        self.role = role
        self.name = name
        self.since = since
        self.attempts = attempts
        self.pairingUpdate = pairingUpdate
        self.languageCode = languageCode
    }
}

/// What a stranger tried, by which their further tries are bounded.
public struct AccessAttempts: Sendable, Hashable {
    /// The update that was refused last.
    public var refusedUpdate: Int64?
    /// When that was.
    public var refusal: Date?
    /// Wrong codes since ``wrongCodesSince``.
    public var wrongCodeCount: Int
    /// When the first of these wrong codes came.
    public var wrongCodesSince: Date?

    /// Makes a record.
    public init(
        refusedUpdate: Int64? = nil,
        refusal: Date? = nil,
        wrongCodeCount: Int = 0,
        wrongCodesSince: Date? = nil
    ) {
        self.refusedUpdate = refusedUpdate
        self.refusal = refusal
        self.wrongCodeCount = wrongCodeCount
        self.wrongCodesSince = wrongCodesSince
    }
}
