/// Which of the real server's rules hold, for tests that are about something else.
public struct SimulatorRules: Sendable, Hashable {
    /// Whether too many messages are refused with 429.
    public var limitsRates: Bool
    /// Whether the bot sees in groups only what privacy mode lets it see; otherwise it is an administrator of groups that
    /// ``TelegramSimulator/say(_:from:group:thread:extra:)`` makes.
    public var hasPrivacyMode: Bool

    /// Names the rules that hold.
    public init(limitsRates: Bool, hasPrivacyMode: Bool) {
        self.limitsRates = limitsRates
        self.hasPrivacyMode = hasPrivacyMode
    }

    /// All of them, as at Telegram.
    public static let real = SimulatorRules(limitsRates: true, hasPrivacyMode: true)
    /// No limits of rate, and groups in which the bot sees everything.
    public static let unhurried = SimulatorRules(limitsRates: false, hasPrivacyMode: false)
}
