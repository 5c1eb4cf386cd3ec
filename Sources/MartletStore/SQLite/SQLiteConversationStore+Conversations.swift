import FoundationEssentials
import GRDB
public import MartletConversation
import MartletCore

extension SQLiteConversationStore {
    /// Reads a conversation.
    public func conversation(for key: ConversationKey, turnLimit: Int) async throws -> Conversation {
        try await read { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT id, context_length FROM conversation WHERE key = ?",
                    arguments: [key.description]
                )
            else { return Conversation() }
            let id: Int64 = row["id"]
            let turns = try Row.fetchAll(
                database,
                sql: "SELECT role, content, date FROM turn WHERE conversation = ? ORDER BY id DESC LIMIT ?",
                arguments: [id, max(0, turnLimit)]
            )
            .reversed()
            .compactMap { row -> Turn? in
                guard let role = Role(rawValue: row["role"]) else { return nil }
                return Turn(
                    ChatMessage(role: role, content: row["content"]),
                    date: Date(timeIntervalSince1970: row["date"])
                )
            }
            return Conversation(turns: turns, contextLength: row["context_length"])
        }
    }

    /// Forgets the turns.
    public func eraseTurns(of key: ConversationKey) async throws {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM turn WHERE conversation IN (SELECT id FROM conversation WHERE key = ?)",
                arguments: [key.description]
            )
        }
    }

    /// Chooses the context length.
    public func setContextLength(_ count: Int, for key: ConversationKey) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO conversation (key, context_length) VALUES (?, ?)
                    ON CONFLICT (key) DO UPDATE SET context_length = excluded.context_length
                    """,
                arguments: [key.description, count]
            )
        }
    }

    static func append(_ turns: [Turn], to key: ConversationKey, in database: Database) throws {
        guard !turns.isEmpty else { return }
        try database.execute(
            sql: "INSERT INTO conversation (key) VALUES (?) ON CONFLICT (key) DO NOTHING",
            arguments: [key.description]
        )
        for turn in turns {
            try database.execute(
                sql: """
                    INSERT INTO turn (conversation, role, content, date)
                    SELECT id, ?, ?, ? FROM conversation WHERE key = ?
                    """,
                arguments: [
                    turn.message.role.rawValue, turn.message.content.storable, turn.date.timeIntervalSince1970,
                    key.description,
                ]
            )
        }
    }
}

extension String {
    /// The text without NUL characters, at which SQLite would end it.
    var storable: String {
        utf8.contains(0) ? String(String.UnicodeScalarView(unicodeScalars.filter { $0.value != 0 })) : self
    }
}
