public import FoundationEssentials

/// Where it is kept who may talk to the bot; every change is durable when its call returns.
public protocol AccessStore: Sendable {
    /// What is known about somebody and about a group, in one look.
    func accessFacts(about user: UserID, in chat: ChatID, bot: BotID) async throws -> AccessFacts

    /// Everybody who is allowed or blocked, owners first, then by time.
    func knownPeople(of bot: BotID) async throws -> [AccessPerson]

    /// Lets somebody in or keeps them out, whatever was before; a name of nil keeps the one that is there.
    func setAccess(
        _ standing: AccessPerson.Standing,
        role: AccessRole,
        name: String?,
        for user: UserID,
        bot: BotID,
        at date: Date
    ) async throws

    /// Notes what somebody tried; who is not known yet becomes a stranger.
    func noteAttempts(_ attempts: AccessAttempts, of user: UserID, bot: BotID, at date: Date) async throws

    /// Notes the language that an owner writes with.
    func noteLanguage(_ code: String, of user: UserID, bot: BotID, at date: Date) async throws

    /// Forgets strangers whose last try was before a date.
    func forgetStrangers(of bot: BotID, triedBefore date: Date) async throws

    /// Keeps a code, of which the store never sees the letters.
    func addPairingCode(_ code: PairingCodeRecord, bot: BotID) async throws

    /// The codes that have not been used, newest first.
    func pairingCodes(of bot: BotID) async throws -> [PairingCodeRecord]

    /// Uses a code up and lets its user in, in one step.
    /// - Returns: Whether the code was still there; when it was not, nothing is changed.
    func redeem(_ code: PairingCodeRecord, for person: AccessPerson, bot: BotID) async throws -> Bool

    /// Takes codes away: the expired ones, and those for a role.
    func removePairingCodes(of bot: BotID, expiredBefore date: Date, for role: AccessRole?) async throws

    /// Records a group, whatever was before.
    func saveGroup(_ group: AccessGroup, bot: BotID) async throws

    /// Forgets a group.
    func removeGroup(_ chat: ChatID, bot: BotID) async throws

    /// Gives what is known of a group to the chat that it became; what that chat had already stands.
    func moveGroup(_ chat: ChatID, to other: ChatID, bot: BotID) async throws

    /// Every group that is known, by time.
    func groups(of bot: BotID) async throws -> [AccessGroup]

    /// Notes whose account a connection is.
    func recordConnection(_ connection: ConnectionID, owner: UserID, bot: BotID) async throws

    /// Whose account a connection is.
    func connectionOwner(_ connection: ConnectionID, bot: BotID) async throws -> UserID?

    /// Notes the bot's name on its platform, for links.
    func recordUsername(_ username: String, of bot: BotID) async throws

    /// The bot's name on its platform.
    func username(of bot: BotID) async throws -> String?
}

/// What the store knows for one decision.
public struct AccessFacts: Sendable, Hashable {
    /// The person, where they are known.
    public var person: AccessPerson?
    /// The group, where it is known.
    public var group: AccessGroup?
    /// Whether anybody in the store is an owner.
    public var hasOwner: Bool

    /// Makes facts.
    public init(person: AccessPerson? = nil, group: AccessGroup? = nil, hasOwner: Bool = false) {
        self.person = person
        self.group = group
        self.hasOwner = hasOwner
    }
}
