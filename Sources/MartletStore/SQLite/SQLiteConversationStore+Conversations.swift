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
                    sql: """
                        SELECT id, archived_through, settings, summary, summary_through, unanswered
                        FROM conversation WHERE key = ?
                        """,
                    arguments: [key.description]
                )
            else { return Conversation() }
            let id: Int64 = row["id"]
            let archivedThrough: Int64 = row["archived_through"]
            let turns = try Row.fetchAll(
                database,
                sql: "SELECT * FROM turn WHERE conversation = ? AND id > ? ORDER BY id DESC LIMIT ?",
                arguments: [id, archivedThrough, max(0, turnLimit)]
            )
            var conversation = Conversation(turns: turns.reversed().compactMap(Turn.init(row:)))
            conversation.settings = ChatSettings(stored: row["settings"])
            if let text: String = row["summary"], let through: Int64 = row["summary_through"] {
                conversation.summary = Conversation.Summary(text: text, through: through)
            }
            if let unanswered: Data = row["unanswered"] {
                conversation.unanswered = try? JSONDecoder().decode(Turn.self, from: unanswered)
            }
            return conversation
        }
    }

    /// Forgets the turns and what was made from them.
    public func eraseTurns(of key: ConversationKey) async throws {
        try await write { database in
            try database.execute(
                sql: "DELETE FROM turn WHERE conversation IN (SELECT id FROM conversation WHERE key = ?)",
                arguments: [key.description]
            )
            try Self.dropDerived(of: key, in: database)
        }
    }

    /// Puts the turns away.
    public func archiveTurns(of key: ConversationKey) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE conversation SET archived_through = max(archived_through,
                        coalesce((SELECT max(id) FROM turn WHERE conversation = conversation.id), 0))
                    WHERE key = ?
                    """,
                arguments: [key.description]
            )
            try Self.dropDerived(of: key, in: database)
        }
    }

    private static func dropDerived(of key: ConversationKey, in database: Database) throws {
        try database.execute(
            sql: "UPDATE conversation SET summary = NULL, summary_through = NULL, unanswered = NULL WHERE key = ?",
            arguments: [key.description]
        )
    }

    /// Keeps a summary while the turns behind it are there.
    public func setSummary(_ summary: Conversation.Summary, for key: ConversationKey) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE conversation SET summary = ?, summary_through = ?
                    WHERE key = ? AND archived_through < ?
                        AND EXISTS (SELECT 1 FROM turn WHERE turn.id = ? AND turn.conversation = conversation.id)
                    """,
                arguments: [
                    summary.text.storable, summary.through, key.description, summary.through, summary.through,
                ]
            )
        }
    }

    /// Changes what the chat has chosen.
    public func updateSettings(
        of key: ConversationKey,
        _ change: @escaping @Sendable (inout ChatSettings) -> Void
    ) async throws {
        try await write { database in
            let stored = try String.fetchOne(
                database,
                sql: "SELECT settings FROM conversation WHERE key = ?",
                arguments: [key.description]
            )
            var settings = ChatSettings(stored: stored)
            change(&settings)
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            try database.execute(
                sql: """
                    INSERT INTO conversation (key, settings) VALUES (?, ?)
                    ON CONFLICT (key) DO UPDATE SET settings = excluded.settings
                    """,
                arguments: [key.description, String(decoding: try encoder.encode(settings), as: UTF8.self)]
            )
        }
    }
}

extension ChatSettings {
    /// Reads what was stored; what cannot be read counts as not chosen.
    init(stored text: String?) {
        self = text.flatMap { try? JSONDecoder().decode(ChatSettings.self, from: Data($0.utf8)) } ?? ChatSettings()
    }
}

extension String {
    /// The text without NUL characters, at which SQLite would end it.
    var storable: String {
        utf8.contains(0) ? String(String.UnicodeScalarView(unicodeScalars.filter { $0.value != 0 })) : self
    }
}
