/// Says what somebody has used.
public protocol UsageReporting: Sendable {
    /// A short report for whoever sent the event.
    func usageReport(for event: InboundEvent, language: Language) async throws -> String
}

/// Gives out and erases what is kept about a person.
public protocol PersonalDataKeeping: Sendable {
    /// Everything that is kept about a person, as JSON.
    func export(of user: UserID, bot: BotID) async throws -> [UInt8]

    /// Erases all of it, copies and what was made from it included.
    func erase(_ user: UserID, bot: BotID) async throws
}
