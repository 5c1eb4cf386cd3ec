/// Gives a person what is stored about them, and takes it away.
public protocol PersonalDataKeeping: Sendable {
    /// Everything that is stored about a person, as one JSON object in UTF-8.
    func export(of user: UserID, bot: BotID) async throws -> [UInt8]

    /// Erases all of it, what was made from it included.
    func erase(_ user: UserID, bot: BotID) async throws
}
