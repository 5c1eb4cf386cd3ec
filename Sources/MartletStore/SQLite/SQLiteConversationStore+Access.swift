public import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore: AccessStore {
    /// What is known about somebody and about a group.
    public func accessFacts(about user: UserID, in chat: ChatID, bot: BotID) async throws -> AccessFacts {
        try await read { database in
            AccessFacts(
                person: try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM access_person WHERE bot = ? AND user = ?",
                    arguments: [bot.rawValue, user.rawValue]
                )
                .map(AccessPerson.init(row:)),
                group: try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM access_group WHERE bot = ? AND chat = ?",
                    arguments: [bot.rawValue, chat.rawValue]
                )
                .map(AccessGroup.init(row:)),
                hasOwner: try Bool.fetchOne(
                    database,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM access_person
                            WHERE bot = ? AND standing = 'allowed' AND role = 'owner')
                        """,
                    arguments: [bot.rawValue]
                ) ?? false
            )
        }
    }

    /// Everybody who is allowed or blocked.
    public func knownPeople(of bot: BotID) async throws -> [AccessPerson] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM access_person WHERE bot = ? AND standing <> 'stranger'
                    ORDER BY role <> 'owner', since, user
                    """,
                arguments: [bot.rawValue]
            )
            .map(AccessPerson.init(row:))
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
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO access_person (bot, user, standing, role, name, since) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (bot, user) DO UPDATE SET standing = excluded.standing, role = excluded.role,
                        name = coalesce(excluded.name, name), since = excluded.since
                    """,
                arguments: [
                    bot.rawValue, user.rawValue, standing.rawValue, role.rawValue, name?.storable,
                    date.timeIntervalSince1970,
                ]
            )
        }
    }

    /// Notes what somebody tried.
    public func noteAttempts(_ attempts: AccessAttempts, of user: UserID, bot: BotID, at date: Date) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO access_person (bot, user, standing, role, since, refused_update, refusal, wrong_code_count,
                        wrong_codes_since) VALUES (?, ?, 'stranger', 'member', ?, ?, ?, ?, ?)
                    ON CONFLICT (bot, user) DO UPDATE SET refused_update = excluded.refused_update,
                        refusal = excluded.refusal, wrong_code_count = excluded.wrong_code_count,
                        wrong_codes_since = excluded.wrong_codes_since
                    """,
                arguments: [
                    bot.rawValue, user.rawValue, date.timeIntervalSince1970, attempts.refusedUpdate,
                    attempts.refusal?.timeIntervalSince1970, attempts.wrongCodeCount,
                    attempts.wrongCodesSince?.timeIntervalSince1970,
                ]
            )
        }
    }

    /// Notes the language that an owner writes with.
    public func noteLanguage(_ code: String, of user: UserID, bot: BotID, at date: Date) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO access_person (bot, user, standing, role, since, language)
                    VALUES (?, ?, 'stranger', 'member', ?, ?)
                    ON CONFLICT (bot, user) DO UPDATE SET language = excluded.language
                    """,
                arguments: [bot.rawValue, user.rawValue, date.timeIntervalSince1970, code.storable]
            )
        }
    }

    /// Forgets strangers of before.
    public func forgetStrangers(of bot: BotID, triedBefore date: Date) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    DELETE FROM access_person WHERE bot = ? AND standing = 'stranger' AND language IS NULL
                        AND max(since, coalesce(refusal, 0), coalesce(wrong_codes_since, 0)) < ?
                    """,
                arguments: [bot.rawValue, date.timeIntervalSince1970]
            )
        }
    }

    /// Records a group.
    public func saveGroup(_ group: AccessGroup, bot: BotID) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO access_group
                        (bot, chat, standing, title, added_by, since, is_asked, is_present, settings_by)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    bot.rawValue, group.chat.rawValue, group.standing.rawValue, group.title?.storable,
                    group.addedBy?.rawValue, group.since.timeIntervalSince1970, group.isAsked, group.isPresent,
                    group.settingsBy.rawValue,
                ]
            )
        }
    }

    /// Forgets a group.
    public func removeGroup(_ chat: ChatID, bot: BotID) async throws {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM access_group WHERE bot = ? AND chat = ?",
                arguments: [bot.rawValue, chat.rawValue]
            )
        }
    }

    /// Gives what is known of a group to the chat that it became.
    public func moveGroup(_ chat: ChatID, to other: ChatID, bot: BotID) async throws {
        try await write { database in
            // A question or nothing is known of the other one while the move comes; a decision about it is kept.
            try database.execute(
                sql: """
                    DELETE FROM access_group WHERE bot = ? AND chat = ? AND standing = 'pending'
                        AND EXISTS (SELECT 1 FROM access_group WHERE bot = ? AND chat = ?)
                    """,
                arguments: [bot.rawValue, other.rawValue, bot.rawValue, chat.rawValue]
            )
            try database.execute(
                sql: "UPDATE OR IGNORE access_group SET chat = ? WHERE bot = ? AND chat = ?",
                arguments: [other.rawValue, bot.rawValue, chat.rawValue]
            )
            try database.execute(
                sql: "DELETE FROM access_group WHERE bot = ? AND chat = ?",
                arguments: [bot.rawValue, chat.rawValue]
            )
        }
    }

    /// Every group that is known.
    public func groups(of bot: BotID) async throws -> [AccessGroup] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM access_group WHERE bot = ? ORDER BY since, chat",
                arguments: [bot.rawValue]
            )
            .map(AccessGroup.init(row:))
        }
    }
}

extension AccessPerson {
    /// Reads a row of `access_person`; a standing or role of a later version counts as the least.
    init(row: Row) {
        self.init(
            id: UserID(row["user"]),
            standing: Standing(rawValue: row["standing"]) ?? .stranger,
            role: AccessRole(rawValue: row["role"]) ?? .member,
            name: row["name"],
            since: Date(timeIntervalSince1970: row["since"]),
            attempts: AccessAttempts(
                refusedUpdate: row["refused_update"],
                refusal: (row["refusal"] as Double?).map { Date(timeIntervalSince1970: $0) },
                wrongCodeCount: row["wrong_code_count"],
                wrongCodesSince: (row["wrong_codes_since"] as Double?).map { Date(timeIntervalSince1970: $0) }
            ),
            pairingUpdate: row["pairing_update"],
            languageCode: row["language"]
        )
    }
}

extension AccessGroup {
    /// Reads a row of `access_group`; a standing of a later version counts as not decided.
    init(row: Row) {
        self.init(
            chat: ChatID(row["chat"]),
            standing: Standing(rawValue: row["standing"]) ?? .pending,
            title: row["title"],
            addedBy: (row["added_by"] as Int64?).map { UserID($0) },
            since: Date(timeIntervalSince1970: row["since"]),
            isAsked: row["is_asked"],
            isPresent: row["is_present"],
            settingsBy: SettingsBy(rawValue: row["settings_by"]) ?? .administrators
        )
    }
}
