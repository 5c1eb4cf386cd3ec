/// What a lane has to know of the world for a step.
public struct LaneRules: Sendable {
    /// What is done for contacts for whom nothing was chosen.
    public var defaultMode: SecretaryMode
    /// Whether anything can be sent in the owner's name.
    public var canReply: Bool
    /// Automatic answers to this contact in the last 24 hours.
    public var automaticCount: Int
    /// Automatic answers of this owner in the last 24 hours.
    public var ownerAutomaticCount: Int
    /// The settings.
    public var settings: SecretarySettings
    /// A random number in 0..<1.
    public var chance: Double

    /// Makes rules.
    public init(
        defaultMode: SecretaryMode,
        canReply: Bool,
        automaticCount: Int = 0,
        ownerAutomaticCount: Int = 0,
        settings: SecretarySettings,
        chance: Double
    ) {
        self.defaultMode = defaultMode
        self.canReply = canReply
        self.automaticCount = automaticCount
        self.ownerAutomaticCount = ownerAutomaticCount
        self.settings = settings
        self.chance = chance
    }

    var isOverLimit: Bool {
        automaticCount >= settings.dailyLimitPerContact || ownerAutomaticCount >= settings.dailyLimit
    }
}
