public import FoundationEssentials
import MartletAWS
public import MartletConversation

extension DynamoDBConversationStore: AccessStore {
    /// What is known about somebody and about a group: three items in one request.
    public func accessFacts(about user: UserID, in chat: ChatID, bot: BotID) async throws -> AccessFacts {
        let (person, group) = (Self.place(of: user, bot: bot), Self.place(of: chat, bot: bot))
        let found = try await items([person, group, Self.place(ofOwners: bot)])
        return AccessFacts(
            person: found[person].flatMap { AccessPerson($0) },
            group: found[group].flatMap { AccessGroup($0) },
            hasOwner: found[Self.place(ofOwners: bot)]?[AccessName.owners] != nil
        )
    }

    /// Everybody who is allowed or blocked.
    public func knownPeople(of bot: BotID) async throws -> [AccessPerson] {
        try await table.all(DynamoDBQuery(Place.access(bot), .prefix("p#"))).compactMap { AccessPerson($0) }
            .filter { $0.standing != .stranger }
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
    ) async throws {
        var update = DynamoDBUpdate()
        update.set(AccessName.standing, .string(standing.rawValue))
        update.set(Name.role, .string(role.rawValue))
        if let name { update.set(Name.name, .string(name)) }
        update.set(AccessName.since, .date(date))
        try await table.transact([
            .update(Self.place(of: user, bot: bot), update),
            Self.listing(user, isOwner: standing == .allowed && role == .owner, bot: bot),
        ])
    }

    /// Adds somebody to the list of owners, or takes them off it.
    static func listing(_ user: UserID, isOwner: Bool, bot: BotID) -> DynamoDBWrite {
        var update = DynamoDBUpdate()
        if isOwner {
            update.add(AccessName.owners, .numbers(["\(user)"]))
        } else {
            update.take(AccessName.owners, .numbers(["\(user)"]))
        }
        return .update(place(ofOwners: bot), update)
    }

    /// Notes what somebody tried.
    public func noteAttempts(_ attempts: AccessAttempts, of user: UserID, bot: BotID, at date: Date) async throws {
        var update = Self.stranger(at: date)
        update.set(AccessName.refusedUpdate, orRemove: attempts.refusedUpdate.map { .integer($0) })
        update.set(AccessName.refusal, orRemove: attempts.refusal.map { .date($0) })
        update.set(AccessName.wrongCodeCount, .integer(attempts.wrongCodeCount))
        update.set(AccessName.wrongCodesSince, orRemove: attempts.wrongCodesSince.map { .date($0) })
        try await table.write(.update(Self.place(of: user, bot: bot), update))
    }

    /// Notes the language that an owner writes with.
    public func noteLanguage(_ code: String, of user: UserID, bot: BotID, at date: Date) async throws {
        var update = Self.stranger(at: date)
        update.set(AccessName.language, .string(code))
        try await table.write(.update(Self.place(of: user, bot: bot), update))
    }

    /// Whoever is not known becomes a stranger.
    private static func stranger(at date: Date) -> DynamoDBUpdate {
        var update = DynamoDBUpdate()
        update.set(AccessName.standing, ifMissing: .string(AccessPerson.Standing.stranger.rawValue))
        update.set(Name.role, ifMissing: .string(AccessRole.member.rawValue))
        update.set(AccessName.since, ifMissing: .date(date))
        return update
    }

    /// Forgets strangers of before.
    public func forgetStrangers(of bot: BotID, triedBefore date: Date) async throws {
        var parts: [DynamoDBCondition] = [
            .equals(AccessName.standing, .string(AccessPerson.Standing.stranger.rawValue)),
            .missing(AccessName.language),
        ]
        for name in [AccessName.since, AccessName.refusal, AccessName.wrongCodesSince] {
            parts.append(.any([.missing(name), .compares(name, .less, .date(date))]))
        }
        let isOld = DynamoDBCondition.all(parts)
        let query = DynamoDBQuery(Place.access(bot), .prefix("p#"), filter: isOld, names: [])
        try await table.forEachPage(of: query) { items in
            for key in items.compactMap(DynamoDBKey.init(of:)) {
                try await table.write(.delete(key, if: isOld), orElse: [:])
            }
            return true
        }
    }

    /// Records a group.
    public func saveGroup(_ group: AccessGroup, bot: BotID) async throws {
        try await table.write(.put(group.item(Self.place(of: group.chat, bot: bot))))
    }

    /// Forgets a group.
    public func removeGroup(_ chat: ChatID, bot: BotID) async throws {
        try await table.write(.delete(Self.place(of: chat, bot: bot)))
    }

    /// Gives what is known of a group to the chat that it became.
    public func moveGroup(_ chat: ChatID, to other: ChatID, bot: BotID) async throws {
        guard chat != other else { return }
        let (old, new) = (Self.place(of: chat, bot: bot), Self.place(of: other, bot: bot))
        while true {
            let found = try await items([old, new])
            guard let item = found[old], var group = AccessGroup(item) else { return }
            var writes: [DynamoDBWrite] = [
                .delete(old, if: .equals(AccessName.standing, item[AccessName.standing]))
            ]
            // A question or nothing is known of the other one while the move comes; a decision about it is kept.
            let known = found[new]
            if known.flatMap({ AccessGroup($0) })?.standing ?? .pending == .pending {
                group.chat = other
                writes.append(.put(group.item(new), if: .equals(AccessName.standing, known?[AccessName.standing])))
            }
            do {
                return try await table.transact(writes)
            } catch is DynamoDBRefusal {
                // Something was decided in between.
            }
        }
    }

    /// Every group that is known.
    public func groups(of bot: BotID) async throws -> [AccessGroup] {
        try await table.all(DynamoDBQuery(Place.access(bot), .prefix("g#"))).compactMap { AccessGroup($0) }
            .sorted { ($0.since, $0.chat.rawValue) < ($1.since, $1.chat.rawValue) }
    }

    /// Notes whose account a connection is.
    public func recordConnection(_ connection: ConnectionID, owner: UserID, bot: BotID) async throws {
        try await table.write(
            .put(
                DynamoDBItem(
                    Self.place(of: connection, bot: bot),
                    [AccessName.connection: .string(connection.rawValue), Name.user: .integer(owner.rawValue)]
                )
            )
        )
    }

    /// Whose account a connection is.
    public func connectionOwner(_ connection: ConnectionID, bot: BotID) async throws -> UserID? {
        try await item(Self.place(of: connection, bot: bot))?[Name.user]?.integer.map { UserID($0) }
    }

    /// Notes the bot's name.
    public func recordUsername(_ username: String, of bot: BotID) async throws {
        try await table.write(.put(DynamoDBItem(Self.place(ofName: bot), [Name.name: .string(username)])))
    }

    /// The bot's name.
    public func username(of bot: BotID) async throws -> String? {
        try await item(Self.place(ofName: bot))?[Name.name]?.string
    }

    static func place(of user: UserID, bot: BotID) -> DynamoDBKey { DynamoDBKey(Place.access(bot), "p#\(user)") }
    static func place(of chat: ChatID, bot: BotID) -> DynamoDBKey { DynamoDBKey(Place.access(bot), "g#\(chat)") }
    static func place(of connection: ConnectionID, bot: BotID) -> DynamoDBKey {
        DynamoDBKey(Place.access(bot), "n#" + Place.bounded(connection.rawValue))
    }
    private static func place(ofOwners bot: BotID) -> DynamoDBKey { DynamoDBKey(Place.access(bot), "owners") }
    private static func place(ofName bot: BotID) -> DynamoDBKey { DynamoDBKey(Place.access(bot), "username") }
}

/// What attributes of access are called.
enum AccessName {
    static let standing = "standing"
    static let since = "since"
    static let language = "language"
    static let refusedUpdate = "refusedUpdate"
    static let refusal = "refusal"
    static let wrongCodeCount = "wrongCodeCount"
    static let wrongCodesSince = "wrongCodesSince"
    static let pairingUpdate = "pairingUpdate"
    static let owners = "owners"
    static let title = "title"
    static let addedBy = "addedBy"
    static let isAsked = "asked"
    static let isPresent = "present"
    static let settingsBy = "settingsBy"
    static let connection = "connection"
}

extension AccessPerson {
    /// Reads an item; a standing or role of a later version counts as the least.
    init?(_ item: DynamoDBItem) {
        guard let number = DynamoDBKey(of: item).flatMap({ Int64($0.sort.dropFirst(2)) }) else { return nil }
        self.init(
            id: UserID(number),
            standing: item[AccessName.standing]?.string.flatMap(Standing.init(rawValue:)) ?? .stranger,
            role: item[Name.role]?.string.flatMap(AccessRole.init(rawValue:)) ?? .member,
            name: item[Name.name]?.string,
            since: item.date(AccessName.since) ?? .distantPast,
            attempts: AccessAttempts(
                refusedUpdate: item[AccessName.refusedUpdate]?.integer,
                refusal: item.date(AccessName.refusal),
                wrongCodeCount: Int(item[AccessName.wrongCodeCount]?.integer ?? 0),
                wrongCodesSince: item.date(AccessName.wrongCodesSince)
            ),
            pairingUpdate: item[AccessName.pairingUpdate]?.integer,
            languageCode: item[AccessName.language]?.string
        )
    }
}

extension AccessGroup {
    /// Reads an item; a standing of a later version counts as not decided.
    init?(_ item: DynamoDBItem) {
        guard let number = DynamoDBKey(of: item).flatMap({ Int64($0.sort.dropFirst(2)) }) else { return nil }
        self.init(
            chat: ChatID(number),
            standing: item[AccessName.standing]?.string.flatMap(Standing.init(rawValue:)) ?? .pending,
            title: item[AccessName.title]?.string,
            addedBy: item[AccessName.addedBy]?.integer.map { UserID($0) },
            since: item.date(AccessName.since) ?? .distantPast,
            isAsked: item[AccessName.isAsked]?.bool ?? false,
            isPresent: item[AccessName.isPresent]?.bool ?? true,
            settingsBy: item[AccessName.settingsBy]?.string.flatMap(SettingsBy.init(rawValue:)) ?? .administrators
        )
    }

    func item(_ key: DynamoDBKey) -> DynamoDBItem {
        DynamoDBItem(
            key,
            [
                AccessName.standing: .string(standing.rawValue), AccessName.title: .text(title),
                AccessName.addedBy: addedBy.map { .integer($0.rawValue) }, AccessName.since: .date(since),
                AccessName.isAsked: .bool(isAsked), AccessName.isPresent: .bool(isPresent),
                AccessName.settingsBy: .string(settingsBy.rawValue),
            ]
        )
    }
}
