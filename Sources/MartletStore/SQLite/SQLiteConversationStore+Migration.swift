import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore {
    /// What moves the tables of every part from one chat to another, within the same transaction; a part that keeps something by
    /// chat adds a line.
    private static let movers: [@Sendable (Database, BotID, ChatID, ChatID) throws -> Void] = [
        moveConversations, moveUpdates, moveShownTurns,
    ]

    /// Gives everything of a chat to another number.
    public func migrate(
        _ chat: ChatID,
        of bot: BotID,
        to successor: ChatID
    ) async throws -> [ConversationKey] {
        try await write { database in
            let moved = try Self.keys(of: bot, in: database).filter { $0.chat == chat }
            for move in Self.movers { try move(database, bot, chat, successor) }
            return moved
        }
    }

    private static func keys(of bot: BotID, in database: Database) throws -> [ConversationKey] {
        try String.fetchAll(
            database,
            sql: "SELECT key FROM conversation WHERE key LIKE ? ORDER BY id",
            arguments: ["\(bot):%"]
        )
        .compactMap(ConversationKey.init(stored:))
    }

    /// Turns of a conversation that has begun under the other number already come after the old ones only where they are later.
    private static func moveConversations(_ database: Database, bot: BotID, chat: ChatID, to: ChatID) throws {
        for old in try keys(of: bot, in: database) where old.chat == chat {
            var key = old
            key.chat = to
            let existing = try Int64.fetchOne(
                database,
                sql: "SELECT id FROM conversation WHERE key = ?",
                arguments: [key.description]
            )
            guard let existing else {
                try database.execute(
                    sql: "UPDATE conversation SET key = ? WHERE key = ?",
                    arguments: [key.description, old.description]
                )
                continue
            }
            try database.execute(
                sql: """
                    UPDATE turn SET conversation = ? WHERE conversation = (SELECT id FROM conversation WHERE key = ?);
                    """,
                arguments: [existing, old.description]
            )
            try database.execute(
                sql: """
                    UPDATE conversation SET
                        settings = coalesce(settings, (SELECT settings FROM conversation WHERE key = ?)),
                        archived_through = max(
                            archived_through, (SELECT archived_through FROM conversation WHERE key = ?)
                        ),
                        summary = coalesce(summary, (SELECT summary FROM conversation WHERE key = ?)),
                        summary_through = coalesce(
                            summary_through, (SELECT summary_through FROM conversation WHERE key = ?)
                        )
                    WHERE id = ?
                    """,
                arguments: [old.description, old.description, old.description, old.description, existing]
            )
            try database.execute(sql: "DELETE FROM conversation WHERE key = ?", arguments: [old.description])
        }
    }

    private static func moveUpdates(_ database: Database, bot: BotID, chat: ChatID, to: ChatID) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT position, event FROM received_update
                WHERE bot = ? AND state IN ('accepted', 'answering', 'delivering') AND event IS NOT NULL
                """,
            arguments: [bot.rawValue]
        )
        for row in rows {
            guard var event = try? JSONDecoder().decode(InboundEvent.self, from: row["event"] as Data),
                event.key.chat == chat
            else { continue }
            event.key.chat = to
            try database.execute(
                sql: "UPDATE received_update SET event = ? WHERE position = ?",
                arguments: [try JSONEncoder().encode(event), row["position"] as Int64]
            )
        }
    }

    /// Messages are numbered anew in the other chat, so what showed a turn in the old one says nothing there.
    private static func moveShownTurns(_ database: Database, bot: BotID, chat: ChatID, to: ChatID) throws {
        try database.execute(
            sql: "DELETE FROM shown_turn WHERE bot = ? AND chat = ?",
            arguments: [bot.rawValue, chat.rawValue]
        )
    }

    /// The conversations of a person alone.
    public func conversations(of user: UserID, bot: BotID) async throws -> [ConversationKey] {
        try await read { database in
            try Self.keys(of: bot, in: database).filter {
                $0.connection == nil && ($0.user == user || $0.chat.rawValue == user.rawValue)
            }
        }
    }
}
