public import FoundationEssentials
public import MartletCore

/// Exports and erases what the bot knows about a person: in its store, and in what its models keep of conversations.
public struct PersonalData: PersonalDataKeeping {
    private let store: any PersonalDataStore
    private let models: [any PromptErasing]
    private let timeZone: TimeZone
    private let now: @Sendable () -> Date

    /// Makes it.
    /// - Parameters:
    ///   - models: Every model that may keep what it computed of conversations.
    ///   - timeZone: Where months begin, for the usage that stays.
    public init(
        store: any PersonalDataStore,
        models: [any PromptErasing] = [],
        timeZone: TimeZone,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.models = models
        self.timeZone = timeZone
        self.now = now
    }

    /// Everything that is stored about a person: one JSON object with a list for each kind of record.
    public func export(of user: UserID, bot: BotID) async throws -> [UInt8] {
        var sections = JSONObject([
            ("user", .integer(user.rawValue)), ("bot", .integer(bot.rawValue)),
            ("exported", .string(now().formatted(.iso8601))),
        ])
        for section in try await store.personalRecords(of: user, bot: bot) {
            sections.merge(JSONObject([(section.section, .array(section.records.map { .object($0) }))]))
        }
        return JSONValue.object(sections).serialized
    }

    /// Erases all of it; asked again after a crash it goes on where it was.
    ///
    /// Prompts that a model kept go first, because they are found by the conversations, and once more at the end, because an answer
    /// may have been under way.
    public func erase(_ user: UserID, bot: BotID) async throws {
        let conversations = try await store.personalConversations(of: user, bot: bot)
        await eraseKeptPrompts(of: conversations)
        let month = BudgetPeriod(.month, at: now(), in: timeZone).name
        try await store.erasePersonalData(of: user, bot: bot, keepingUsageSince: month)
        await eraseKeptPrompts(of: conversations)
    }

    private func eraseKeptPrompts(of conversations: [String]) async {
        for model in models {
            for conversation in conversations { await model.eraseKeptPrompts(of: conversation) }
        }
    }
}
