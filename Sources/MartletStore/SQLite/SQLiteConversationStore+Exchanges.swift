import FoundationEssentials
import GRDB
public import MartletConversation
import MartletCore

extension SQLiteConversationStore {
    /// Reads an exchange.
    public func exchange(of question: EventID?, in key: ConversationKey) async throws -> Exchange? {
        try await read { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT id, archived_through, unanswered FROM conversation WHERE key = ?",
                    arguments: [key.description]
                )
            else { return nil }
            let unanswered = (row["unanswered"] as Data?).flatMap { try? JSONDecoder().decode(Turn.self, from: $0) }
            if let unanswered, let event = unanswered.event, question == nil || question == event {
                return Exchange(
                    question: unanswered,
                    answer: nil,
                    messages: try Self.messages(of: event, in: database)
                )
            }
            let (id, archivedThrough): (Int64, Int64) = (row["id"], row["archived_through"])
            guard let event = try question ?? Self.latestQuestion(in: id, after: archivedThrough, database) else {
                return nil
            }
            let turns = try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM turn WHERE conversation = ? AND id > ? AND bot = ? AND update_id = ? ORDER BY id
                    """,
                arguments: [id, archivedThrough, event.bot.rawValue, event.update]
            )
            .compactMap(Turn.init(row:))
            guard let asked = turns.first(where: { $0.message.role == .user }) else { return nil }
            return Exchange(
                question: asked,
                answer: turns.last { $0.message.role == .assistant },
                messages: try Self.messages(of: event, in: database)
            )
        }
    }

    private static func latestQuestion(
        in conversation: Int64,
        after archivedThrough: Int64,
        _ database: Database
    ) throws -> EventID? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT bot, update_id FROM turn WHERE conversation = ? AND id > ? AND role = 'user'
                    AND NOT \(Turn.overheardRows)
                ORDER BY id DESC LIMIT 1
                """,
            arguments: [conversation, archivedThrough]
        )
        guard let row, let bot: Int64 = row["bot"], let update: Int64 = row["update_id"] else { return nil }
        return EventID(bot: BotID(bot), update: update)
    }

    /// Forgets the latest exchange.
    public func removeLatestExchange(in key: ConversationKey) async throws -> Bool {
        try await write { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT id, summary_through, (
                            SELECT max(id) FROM turn
                            WHERE conversation = conversation.id AND role = 'user' AND id > archived_through
                                AND NOT \(Turn.overheardRows)
                        ) AS latest FROM conversation WHERE key = ?
                        """,
                    arguments: [key.description]
                )
            else { return false }
            let id: Int64 = row["id"]
            try database.execute(sql: "UPDATE conversation SET unanswered = NULL WHERE id = ?", arguments: [id])
            guard let latest: Int64 = row["latest"] else { return false }
            if let through: Int64 = row["summary_through"], through >= latest {
                try database.execute(
                    sql: "UPDATE conversation SET summary = NULL, summary_through = NULL WHERE id = ?",
                    arguments: [id]
                )
            }
            try database.execute(
                sql: "DELETE FROM turn WHERE conversation = ? AND id >= ? AND NOT \(Turn.overheardRows)",
                arguments: [id, latest]
            )
            return true
        }
    }

    /// The turns that lead to a message.
    public func replyChain(
        to message: MessageID,
        in place: ConversationKey,
        limit: Int
    ) async throws -> [Turn] {
        try await read { database in
            var chain: [Turn] = []
            var seen: Set<Int64> = []
            var next: MessageID? = message
            while chain.count < limit, let current = next {
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT turn.*, conversation.key AS conversation_key FROM shown_turn
                        JOIN turn ON turn.id = shown_turn.turn
                        JOIN conversation ON conversation.id = turn.conversation
                        WHERE shown_turn.bot = ? AND shown_turn.chat = ? AND shown_turn.message = ?
                        """,
                    arguments: [place.bot.rawValue, place.chat.rawValue, current.rawValue]
                )
                guard
                    let row, let key = ConversationKey(stored: row["conversation_key"]), key.place == place.place,
                    let turn = Turn(row: row), let position = turn.position, seen.insert(position).inserted
                else { break }
                chain.append(turn)
                next = turn.message.role == .assistant ? try Self.source(of: turn.event, in: database) : turn.parent
            }
            return chain.reversed()
        }
    }

    private static func source(of event: EventID?, in database: Database) throws -> MessageID? {
        guard let event else { return nil }
        return try Int64.fetchOne(
            database,
            sql: "SELECT source FROM turn WHERE bot = ? AND update_id = ? AND role = 'user' ORDER BY id LIMIT 1",
            arguments: [event.bot.rawValue, event.update]
        )
        .map { MessageID($0) }
    }
}
