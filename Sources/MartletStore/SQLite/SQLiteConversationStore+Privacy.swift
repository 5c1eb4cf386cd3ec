public import FoundationEssentials
import GRDB
public import MartletConversation
import MartletCore

extension SQLiteConversationStore: PersonalDataStore {
    /// Everything that is stored about a person.
    public func personalRecords(of user: UserID, bot: BotID) async throws -> [PersonalRecords] {
        try await write { database in
            try Self.withPersonalRows(of: user, bot: bot, month: "", in: database) { arguments in
                try PersonalTable.all.compactMap { table in
                    guard let section = table.section, try table.applies(in: database) else { return nil }
                    let columns = table.columns?.joined(separator: ", ") ?? "*"
                    let rows = try Row.fetchAll(
                        database,
                        sql: "SELECT \(columns) FROM \(table.name) WHERE \(table.rows)",
                        arguments: arguments
                    )
                    guard !rows.isEmpty else { return nil }
                    return PersonalRecords(section: section, records: rows.map { JSONObject(row: $0) })
                }
            }
        }
    }

    /// The conversations that hold a person's words.
    public func personalConversations(of user: UserID, bot: BotID) async throws -> [String] {
        try await write { database in
            try Self.withPersonalRows(of: user, bot: bot, month: "", in: database) { _ in
                try String.fetchAll(
                    database,
                    sql: "SELECT key FROM conversation WHERE id IN (SELECT id FROM personal_conversation) ORDER BY key"
                )
            }
        }
    }

    /// Erases all of it, for good.
    ///
    /// The rows go in one transaction. Then the file is rewritten, because a database page may still show what moved from it, and
    /// the log is emptied.
    public func erasePersonalData(of user: UserID, bot: BotID, keepingUsageSince month: String) async throws {
        try await write { database in
            try Self.withPersonalRows(of: user, bot: bot, month: month, in: database) { arguments in
                for table in PersonalTable.all where try table.applies(in: database) {
                    switch table.erasure {
                    case .kept: break
                    case .removed:
                        try database.execute(sql: "DELETE FROM \(table.name) WHERE \(table.rows)", arguments: arguments)
                    case .blanked(let columns):
                        try database.execute(
                            sql: "UPDATE \(table.name) SET \(columns) WHERE \(table.rows)",
                            arguments: arguments
                        )
                    }
                }
            }
        }
        try await rewriteFile()
    }

    /// Forgets what was said before a date.
    public func eraseTurns(of bot: BotID, saidBefore date: Date) async throws -> [String] {
        let keys = try await write { database in
            let arguments: StatementArguments = ["prefix": "\(bot):%", "date": date.timeIntervalSince1970]
            let old = """
                FROM turn WHERE date < :date AND conversation IN (SELECT id FROM conversation WHERE key LIKE :prefix)
                """
            let keys = try String.fetchAll(
                database,
                sql: "SELECT key FROM conversation WHERE id IN (SELECT conversation \(old)) ORDER BY key",
                arguments: arguments
            )
            if try database.columns(in: "conversation").contains(where: { $0.name == "summary" }) {
                // What was made of turns that go is older than they are.
                try database.execute(
                    sql: """
                        UPDATE conversation SET summary = NULL, summary_through = NULL
                        WHERE id IN (SELECT conversation \(old))
                        """,
                    arguments: arguments
                )
            }
            try database.execute(sql: "DELETE \(old)", arguments: arguments)
            return keys
        }
        if !keys.isEmpty { try await rewriteFile() }
        return keys
    }

    /// Runs `body` with the two temporary tables that the rules speak of.
    ///
    /// They are the person's conversations (their own, those over their account, and those of groups in which they spoke) and their
    /// updates.
    private static func withPersonalRows<Value>(
        of user: UserID,
        bot: BotID,
        month: String,
        in database: Database,
        _ body: (StatementArguments) throws -> Value
    ) throws -> Value {
        try database.execute(
            sql: """
                CREATE TEMPORARY TABLE personal_conversation (id INTEGER PRIMARY KEY, is_own INTEGER NOT NULL);
                CREATE TEMPORARY TABLE personal_update (update_id INTEGER PRIMARY KEY);
                """
        )
        try database.execute(
            sql: """
                INSERT INTO personal_conversation SELECT id, 1 FROM conversation
                WHERE key LIKE :own OR key LIKE :apart OR key LIKE :any AND EXISTS (
                    SELECT 1 FROM access_connection WHERE bot = :bot AND owner = :user
                    AND substr(key, -length(connection) - 1) = ':' || connection)
                """,
            arguments: [
                "own": "\(bot):\(user):%", "apart": "\(bot):%:\(user)", "any": "\(bot):%", "bot": bot.rawValue,
                "user": user.rawValue,
            ]
        )
        let events = try Row.fetchCursor(
            database,
            sql: "SELECT update_id, event FROM received_update WHERE bot = ? AND event IS NOT NULL",
            arguments: [bot.rawValue]
        )
        var updates: [Int64] = []
        while let row = try events.next() {
            let event = try? JSONDecoder().decode(InboundEvent.self, from: row["event"])
            if event?.sender.id == user { updates.append(row["update_id"]) }
        }
        if try database.columns(in: "turn").contains(where: { $0.name == "speaker" }) {
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO personal_conversation
                    SELECT DISTINCT conversation, 0 FROM turn WHERE speaker = ? AND conversation IN
                        (SELECT id FROM conversation WHERE key LIKE ?)
                    """,
                arguments: [user.rawValue, "\(bot):%"]
            )
            updates += try Int64.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT update_id FROM turn WHERE update_id IS NOT NULL AND bot = ?
                        AND (speaker = ? OR conversation IN (SELECT id FROM personal_conversation WHERE is_own))
                    """,
                arguments: [bot.rawValue, user.rawValue]
            )
        }
        for update in updates {
            try database.execute(sql: "INSERT OR IGNORE INTO personal_update VALUES (?)", arguments: [update])
        }
        let value = try body(["user": user.rawValue, "bot": bot.rawValue, "month": month])
        try database.execute(sql: "DROP TABLE personal_conversation; DROP TABLE personal_update;")
        return value
    }

    /// Writes the file anew without what was erased, and empties the log of changes.
    private func rewriteFile() async throws {
        do {
            try await pool.barrierWriteWithoutTransaction { database in
                try database.execute(sql: "VACUUM")
                try database.checkpoint(.truncate)
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            throw StoreError(error, path: path)
        }
    }
}

extension PersonalTable {
    /// Whether the database has what the rule speaks of.
    func applies(in database: Database) throws -> Bool {
        guard try database.tableExists(name) else { return false }
        let columns = Set(try database.columns(in: name).map(\.name))
        return columns.isSuperset(of: needs)
    }
}

extension JSONObject {
    /// A row by its columns; JSON in a column is shown as such, and moments as dates.
    init(row: Row) {
        let moments: Set<String> = ["date", "received", "since", "refusal", "wrong_codes_since", "made"]
        self.init(
            row.compactMap { name, value -> (String, JSONValue)? in
                switch value.storage {
                case .null: nil
                case .int64(let number): (name, .integer(number))
                case .double(let seconds) where moments.contains(name):
                    (name, .string(Date(timeIntervalSince1970: seconds).formatted(.iso8601)))
                case .double(let number): (name, .number(number))
                case .string(let text): (name, .string(text))
                case .blob(let data): (name, (try? JSONValue(parsing: data)) ?? .string(data.base64EncodedString()))
                }
            }
        )
    }
}
