public import FoundationEssentials

/// A code together with what can be said about it; the only place where the code itself is.
public struct PairingInvitation: Sendable, Hashable {
    /// What is sent to the bot.
    public var code: PairingCode
    /// What its user becomes.
    public var role: AccessRole
    /// How long it can be used.
    public var lifetime: Duration
    /// The bot's name on its platform, where it is known.
    public var botUsername: String?

    /// A link that opens the chat with the bot and sends the code.
    public var link: String? { botUsername.map { "https://t.me/\($0)?start=\(code.text)" } }

    /// Makes a code, keeps its fingerprint and lets the oldest of twenty go.
    public static func make(
        for role: AccessRole,
        bot: BotID,
        store: some AccessStore,
        lifetime: Duration,
        at date: Date
    ) async throws -> PairingInvitation {
        let code = PairingCode.random()
        try await store.removePairingCodes(of: bot, expiredBefore: date, for: nil)
        let expiry = date.timeIntervalSince1970 + Double(lifetime.components.seconds)
        try await store.addPairingCode(PairingCodeRecord(code, role: role, expiry: expiry), bot: bot)
        return PairingInvitation(
            code: code,
            role: role,
            lifetime: lifetime,
            botUsername: try await store.username(of: bot)
        )
    }
}
