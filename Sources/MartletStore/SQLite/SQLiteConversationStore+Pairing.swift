public import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore {
    /// How many codes are open at a time.
    private static let codeLimit = 20

    /// Keeps a code; beyond twenty the oldest goes.
    public func addPairingCode(_ code: PairingCodeRecord, bot: BotID) async throws {
        try await write { database in
            try database.execute(
                sql: "INSERT INTO access_code (bot, salt, digest, role, expiry) VALUES (?, ?, ?, ?, ?)",
                arguments: [bot.rawValue, Data(code.salt), Data(code.digest), code.role.rawValue, code.expiry]
            )
            try database.execute(
                sql: """
                    DELETE FROM access_code WHERE bot = ? AND id NOT IN
                        (SELECT id FROM access_code WHERE bot = ? ORDER BY id DESC LIMIT ?)
                    """,
                arguments: [bot.rawValue, bot.rawValue, Self.codeLimit]
            )
        }
    }

    /// The codes that have not been used.
    public func pairingCodes(of bot: BotID) async throws -> [PairingCodeRecord] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM access_code WHERE bot = ? ORDER BY id DESC",
                arguments: [bot.rawValue]
            )
            .map { row in
                PairingCodeRecord(
                    salt: Array(row["salt"] as Data),
                    digest: Array(row["digest"] as Data),
                    role: AccessRole(rawValue: row["role"]) ?? .member,
                    expiry: row["expiry"]
                )
            }
        }
    }

    /// Uses a code up and lets its user in.
    public func redeem(_ code: PairingCodeRecord, for person: AccessPerson, bot: BotID) async throws -> Bool {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM access_code WHERE bot = ? AND digest = ?",
                arguments: [bot.rawValue, Data(code.digest)]
            )
            guard database.changesCount > 0 else { return false }
            try database.execute(
                sql: """
                    INSERT INTO access_person (bot, user, standing, role, name, since, pairing_update)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (bot, user) DO UPDATE SET standing = excluded.standing, role = excluded.role,
                        name = excluded.name, since = excluded.since, pairing_update = excluded.pairing_update,
                        refused_update = NULL, refusal = NULL, wrong_code_count = 0, wrong_codes_since = NULL
                    """,
                arguments: [
                    bot.rawValue, person.id.rawValue, person.standing.rawValue, person.role.rawValue,
                    person.name?.storable, person.since.timeIntervalSince1970, person.pairingUpdate,
                ]
            )
            return true
        }
    }

    /// Takes codes away.
    public func removePairingCodes(of bot: BotID, expiredBefore date: Date, for role: AccessRole?) async throws {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM access_code WHERE bot = ? AND (expiry < ? OR role = ?)",
                arguments: [bot.rawValue, date.timeIntervalSince1970, role?.rawValue]
            )
        }
    }

    /// Notes whose account a connection is.
    public func recordConnection(_ connection: ConnectionID, owner: UserID, bot: BotID) async throws {
        try await write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO access_connection (bot, connection, owner) VALUES (?, ?, ?)",
                arguments: [bot.rawValue, connection.rawValue.storable, owner.rawValue]
            )
        }
    }

    /// Whose account a connection is.
    public func connectionOwner(_ connection: ConnectionID, bot: BotID) async throws -> UserID? {
        try await read { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT owner FROM access_connection WHERE bot = ? AND connection = ?",
                arguments: [bot.rawValue, connection.rawValue.storable]
            )
            .map { UserID($0) }
        }
    }

    /// Notes the bot's name.
    public func recordUsername(_ username: String, of bot: BotID) async throws {
        try await write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO access_bot (bot, username) VALUES (?, ?)",
                arguments: [bot.rawValue, username]
            )
        }
    }

    /// The bot's name.
    public func username(of bot: BotID) async throws -> String? {
        try await read { database in
            try String.fetchOne(
                database,
                sql: "SELECT username FROM access_bot WHERE bot = ?",
                arguments: [bot.rawValue]
            )
        }
    }
}
