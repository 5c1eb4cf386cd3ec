/// Tells a bot's owners something.
public protocol OwnerTelling: Sendable {
    /// Says it to each owner in their private chat and language; who cannot be told is left out.
    func tellOwners(of bot: BotID, _ text: (Language) -> String) async throws
}
