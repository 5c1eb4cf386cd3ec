public import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore: SecretaryStore {
    /// Records a connection.
    public func saveSecretaryAccount(_ account: SecretaryAccount) async throws -> SecretaryAccount? {
        try await write { database in
            let before = try Self.account(of: account.owner, bot: account.bot, in: database)
            if let before, before.date > account.date { return before }
            try database.execute(
                sql: """
                    INSERT INTO secretary_account
                        (bot, owner, connection, chat, can_reply, is_enabled, date, name, language, default_mode)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (bot, owner) DO UPDATE SET connection = excluded.connection, chat = excluded.chat,
                        can_reply = excluded.can_reply, is_enabled = excluded.is_enabled, date = excluded.date,
                        name = excluded.name, language = coalesce(excluded.language, language)
                    """,
                arguments: [
                    account.bot.rawValue, account.owner.rawValue, account.connection.id.rawValue.storable,
                    account.connection.ownerChat.rawValue, account.connection.canReply,
                    account.connection.isEnabled, account.date.timeIntervalSince1970, account.name.storable,
                    account.languageCode?.storable, account.defaultMode.rawValue,
                ]
            )
            return before
        }
    }

    /// An owner's account.
    public func secretaryAccount(of owner: UserID, bot: BotID) async throws -> SecretaryAccount? {
        try await read { try Self.account(of: owner, bot: bot, in: $0) }
    }

    /// The account behind a connection.
    public func secretaryAccount(behind connection: ConnectionID, bot: BotID) async throws -> SecretaryAccount? {
        try await read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT * FROM secretary_account WHERE bot = ? AND connection = ?",
                arguments: [bot.rawValue, connection.rawValue]
            )
            .map(Self.account)
        }
    }

    /// Chooses the default.
    public func setSecretaryDefault(_ mode: SecretaryMode, of owner: UserID, bot: BotID) async throws {
        try await write { database in
            try database.execute(
                sql: "UPDATE secretary_account SET default_mode = ? WHERE bot = ? AND owner = ?",
                arguments: [mode.rawValue, bot.rawValue, owner.rawValue]
            )
        }
    }

    /// The contacts of an owner.
    public func secretaryContacts(
        of owner: UserID,
        bot: BotID,
        limit: Int,
        offset: Int
    ) async throws -> [SecretaryContact] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, bot, owner, chat, state FROM secretary_lane WHERE bot = ? AND owner = ?
                    ORDER BY last DESC, id DESC LIMIT ? OFFSET ?
                    """,
                arguments: [bot.rawValue, owner.rawValue, max(0, limit), max(0, offset)]
            )
            .map(Self.contact)
        }
    }

    /// A lane.
    public func secretaryContact(_ lane: LaneID) async throws -> SecretaryContact? {
        try await read { try Self.contact(.id(lane), in: $0) }
    }

    /// The latest messages of a lane.
    public func messages(in lane: LaneID) async throws -> [SaidMessage] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT author, message, text, date FROM secretary_said WHERE lane = ? ORDER BY id",
                arguments: [lane.rawValue]
            )
            .compactMap { row in
                SaidMessage.Author(rawValue: row["author"]).map { author in
                    SaidMessage(
                        message: MessageID(row["message"]),
                        author: author,
                        text: row["text"],
                        date: Date(timeIntervalSince1970: row["date"])
                    )
                }
            }
        }
    }

    /// What was sent in an owner's name.
    public func sentMessages(of owner: UserID, bot: BotID, limit: Int) async throws -> [SentMessage] {
        try await read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM secretary_sent WHERE bot = ? AND owner = ? ORDER BY date DESC, rowid DESC LIMIT ?
                    """,
                arguments: [bot.rawValue, owner.rawValue, max(0, limit)]
            )
            .map { row in
                SentMessage(
                    lane: LaneID(row["lane"]),
                    draft: row["draft"],
                    contact: row["contact"],
                    text: row["text"],
                    date: Date(timeIntervalSince1970: row["date"]),
                    isAutomatic: row["is_automatic"],
                    outcome: SentMessage.Outcome(rawValue: row["outcome"]) ?? .doubtful
                )
            }
        }
    }

    /// The lane that a message shows.
    public func lane(shownBy message: MessageID, in chat: ChatID, bot: BotID) async throws -> LaneID? {
        try await read { database in
            try Int64.fetchOne(
                database,
                sql: "SELECT lane FROM secretary_shown WHERE bot = ? AND chat = ? AND message = ?",
                arguments: [bot.rawValue, chat.rawValue, message.rawValue]
            )
            .map(LaneID.init)
        }
    }

    /// Lanes with something to do.
    public func dueLanes(of bot: BotID, at date: Date, isWriting: Bool, limit: Int) async throws -> [LaneID] {
        try await read { database in
            try Int64.fetchAll(
                database,
                sql: """
                    SELECT id FROM secretary_lane
                    WHERE bot = ? AND is_writing = ? AND wake IS NOT NULL AND wake <= ? ORDER BY wake, id LIMIT ?
                    """,
                arguments: [bot.rawValue, isWriting, date.timeIntervalSince1970, max(0, limit)]
            )
            .map(LaneID.init)
        }
    }

    /// When the next lane is due.
    public func nextWake(of bot: BotID, after date: Date) async throws -> Date? {
        try await read { database in
            try Double.fetchOne(
                database,
                sql: "SELECT min(wake) FROM secretary_lane WHERE bot = ? AND is_writing = 0 AND wake > ?",
                arguments: [bot.rawValue, date.timeIntervalSince1970]
            )
            .map { Date(timeIntervalSince1970: $0) }
        }
    }

    /// Forgets what is old.
    public func pruneSecretary(before date: Date) async throws {
        try await write { database in
            let arguments: StatementArguments = [date.timeIntervalSince1970]
            try database.execute(sql: "DELETE FROM secretary_sent WHERE date < ?", arguments: arguments)
            try database.execute(sql: "DELETE FROM secretary_shown WHERE date < ?", arguments: arguments)
            try database.execute(
                sql: "DELETE FROM secretary_lane WHERE last < ? AND wake IS NULL AND is_chosen = 0",
                arguments: arguments
            )
        }
    }

    /// Forgets a person.
    public func eraseSecretary(of user: UserID, bot: BotID) async throws {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM secretary_lane WHERE bot = ? AND (owner = ? OR chat = ?)",
                arguments: [bot.rawValue, user.rawValue, user.rawValue]
            )
            try database.execute(
                sql: "DELETE FROM secretary_account WHERE bot = ? AND owner = ?",
                arguments: [bot.rawValue, user.rawValue]
            )
        }
    }

    static func account(of owner: UserID, bot: BotID, in database: Database) throws -> SecretaryAccount? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM secretary_account WHERE bot = ? AND owner = ?",
            arguments: [bot.rawValue, owner.rawValue]
        )
        .map(account)
    }

    private static func account(_ row: Row) -> SecretaryAccount {
        SecretaryAccount(
            bot: BotID(row["bot"]),
            connection: Connection(
                id: ConnectionID(row["connection"]),
                owner: UserID(row["owner"]),
                ownerChat: ChatID(row["chat"]),
                canReply: row["can_reply"],
                isEnabled: row["is_enabled"]
            ),
            date: Date(timeIntervalSince1970: row["date"]),
            name: row["name"],
            languageCode: row["language"],
            defaultMode: SecretaryMode(rawValue: row["default_mode"]) ?? .off
        )
    }

    static func contact(_ row: Row) throws -> SecretaryContact {
        SecretaryContact(
            id: LaneID(row["id"]),
            address: LaneAddress(
                bot: BotID(row["bot"]),
                owner: UserID(row["owner"]),
                chat: ChatID(row["chat"])
            ),
            lane: try JSONDecoder().decode(SecretaryLane.self, from: row["state"])
        )
    }
}
