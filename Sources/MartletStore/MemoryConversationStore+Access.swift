public import FoundationEssentials
public import MartletConversation

/// What a memory store knows about who may talk to its bots.
struct MemoryAccess {
    struct Key<Value: Hashable & Sendable>: Hashable {
        var bot: BotID
        var value: Value
    }

    var people: [Key<UserID>: AccessPerson] = [:]
    var groups: [Key<ChatID>: AccessGroup] = [:]
    var codes: [BotID: [PairingCodeRecord]] = [:]
    var connections: [Key<ConnectionID>: UserID] = [:]
    var usernames: [BotID: String] = [:]
}

extension MemoryConversationStore: AccessStore {
    /// What is known about somebody and about a group.
    public func accessFacts(about user: UserID, in chat: ChatID, bot: BotID) -> AccessFacts {
        AccessFacts(
            person: access.people[.init(bot: bot, value: user)],
            group: access.groups[.init(bot: bot, value: chat)],
            hasOwner: knownPeople(of: bot).contains { $0.standing == .allowed && $0.role == .owner }
        )
    }

    /// Everybody who is allowed or blocked.
    public func knownPeople(of bot: BotID) -> [AccessPerson] {
        access.people.filter { $0.key.bot == bot && $0.value.standing != .stranger }.map(\.value)
            .sorted {
                ($0.role != .owner ? 1 : 0, $0.since, $0.id.rawValue) < (
                    $1.role != .owner ? 1 : 0, $1.since, $1.id.rawValue
                )
            }
    }

    /// Lets somebody in or keeps them out.
    public func setAccess(
        _ standing: AccessPerson.Standing,
        role: AccessRole,
        name: String?,
        for user: UserID,
        bot: BotID,
        at date: Date
    ) {
        var person = person(user, bot: bot, at: date)
        person.standing = standing
        person.role = role
        person.name = name ?? person.name
        person.since = date
        access.people[.init(bot: bot, value: user)] = person
    }

    /// Notes what somebody tried.
    public func noteAttempts(_ attempts: AccessAttempts, of user: UserID, bot: BotID, at date: Date) {
        var person = person(user, bot: bot, at: date)
        person.attempts = attempts
        access.people[.init(bot: bot, value: user)] = person
    }

    /// Notes the language that an owner writes with.
    public func noteLanguage(_ code: String, of user: UserID, bot: BotID, at date: Date) {
        var person = person(user, bot: bot, at: date)
        person.languageCode = code
        access.people[.init(bot: bot, value: user)] = person
    }

    /// Forgets strangers of before.
    public func forgetStrangers(of bot: BotID, triedBefore date: Date) {
        access.people = access.people.filter { key, person in
            let moments = [person.since, person.attempts.refusal, person.attempts.wrongCodesSince].compactMap { $0 }
            return key.bot != bot || person.standing != .stranger || person.languageCode != nil
                || moments.contains { $0 >= date }
        }
    }

    /// Keeps a code; beyond twenty the oldest goes.
    public func addPairingCode(_ code: PairingCodeRecord, bot: BotID) {
        access.codes[bot] = Array(([code] + (access.codes[bot] ?? [])).prefix(20))
    }

    /// The codes that have not been used.
    public func pairingCodes(of bot: BotID) -> [PairingCodeRecord] { access.codes[bot] ?? [] }

    /// Uses a code up and lets its user in.
    public func redeem(_ code: PairingCodeRecord, for person: AccessPerson, bot: BotID) -> Bool {
        guard let index = access.codes[bot]?.firstIndex(where: { $0.digest == code.digest }) else { return false }
        access.codes[bot]?.remove(at: index)
        var person = person
        person.languageCode = access.people[.init(bot: bot, value: person.id)]?.languageCode
        access.people[.init(bot: bot, value: person.id)] = person
        return true
    }

    /// Takes codes away.
    public func removePairingCodes(of bot: BotID, expiredBefore date: Date, for role: AccessRole?) {
        access.codes[bot]?.removeAll { $0.expiry < date.timeIntervalSince1970 || $0.role == role }
    }

    /// Records a group.
    public func saveGroup(_ group: AccessGroup, bot: BotID) {
        access.groups[.init(bot: bot, value: group.chat)] = group
    }

    /// Forgets a group.
    public func removeGroup(_ chat: ChatID, bot: BotID) {
        access.groups[.init(bot: bot, value: chat)] = nil
    }

    /// Gives what is known of a group to the chat that it became.
    public func moveGroup(_ chat: ChatID, to other: ChatID, bot: BotID) {
        guard var group = access.groups.removeValue(forKey: .init(bot: bot, value: chat)) else { return }
        if let known = access.groups[.init(bot: bot, value: other)], known.standing != .pending { return }
        group.chat = other
        access.groups[.init(bot: bot, value: other)] = group
    }

    /// Every group that is known.
    public func groups(of bot: BotID) -> [AccessGroup] {
        access.groups.filter { $0.key.bot == bot }.map(\.value)
            .sorted { ($0.since, $0.chat.rawValue) < ($1.since, $1.chat.rawValue) }
    }

    /// Notes whose account a connection is.
    public func recordConnection(_ connection: ConnectionID, owner: UserID, bot: BotID) {
        access.connections[.init(bot: bot, value: connection)] = owner
    }

    /// Whose account a connection is.
    public func connectionOwner(_ connection: ConnectionID, bot: BotID) -> UserID? {
        access.connections[.init(bot: bot, value: connection)]
    }

    /// Notes the bot's name.
    public func recordUsername(_ username: String, of bot: BotID) { access.usernames[bot] = username }

    /// The bot's name.
    public func username(of bot: BotID) -> String? { access.usernames[bot] }

    private func person(_ user: UserID, bot: BotID, at date: Date) -> AccessPerson {
        access.people[.init(bot: bot, value: user)] ?? AccessPerson(id: user, standing: .stranger, since: date)
    }
}
