public import FoundationEssentials
public import MartletCore

/// A store that knows which of its content is about whom.
public protocol PersonalDataStore: Sendable {
    /// Everything that is stored about a person, in sections by kind; empty sections are left out.
    func personalRecords(of user: UserID, bot: BotID) async throws -> [PersonalRecords]

    /// The conversations that hold a person's words, by the text of their keys.
    func personalConversations(of user: UserID, bot: BotID) async throws -> [String]

    /// Erases all of it, for good: no byte of it is left in the store's files.
    ///
    /// What the person said and the bot has not answered yet ends without an answer. Three things stay, none of which says
    /// anything: numbers of updates, so that a repeated delivery is recognised; what was used of limits in the running month, so
    /// that erasing does not refill them; and, of a person who is blocked or an owner, their number, so that erasing changes
    /// neither. In groups, what nobody can be told to have said goes as well wherever the person spoke.
    /// - Parameter month: The name of the running month, such as `2026-11`.
    /// - Complexity: Rewrites the whole file, during which other writers wait.
    func erasePersonalData(of user: UserID, bot: BotID, keepingUsageSince month: String) async throws

    /// Forgets what was said before a date.
    /// - Returns: The conversations that lost something, by the text of their keys.
    func eraseTurns(of bot: BotID, saidBefore date: Date) async throws -> [String]
}

/// Records of one kind.
public struct PersonalRecords: Sendable, Hashable {
    /// What they are, such as `messages`.
    public var section: String
    /// The records.
    public var records: [JSONObject]

    /// Makes a section.
    public init(section: String, records: [JSONObject]) {
        self.section = section
        self.records = records
    }
}
