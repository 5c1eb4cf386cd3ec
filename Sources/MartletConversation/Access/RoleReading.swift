/// Knows what people may do with the bot.
public protocol RoleReading: Sendable {
    /// What somebody may do, and nil for those who may not talk to the bot.
    func role(of user: UserID, bot: BotID) async throws -> AccessRole?
}
