import FoundationEssentials
import GRDB
public import MartletConversation
import MartletCore

extension SQLiteConversationStore {
    /// Ends events.
    public func finish(
        _ events: [EventID],
        as outcome: EventOutcome,
        remembering remembrance: Remembrance,
        in key: ConversationKey
    ) async throws {
        try await write { database in
            var isFirstEnded = false
            for (index, event) in events.enumerated() {
                try database.execute(
                    sql: """
                        UPDATE received_update SET state = ?, event = NULL, final = NULL, final_text = NULL,
                            final_is_remembered = NULL, lease_owner = NULL, lease_expiry = NULL, joined_to = NULL
                        WHERE bot = ? AND update_id = ? AND state IN ('accepted', 'answering', 'delivering')
                        """,
                    arguments: [outcome.rawValue, event.bot.rawValue, event.update]
                )
                if index == 0 { isFirstEnded = database.changesCount > 0 }
            }
            guard isFirstEnded, let event = events.first else { return }
            try Self.remember(remembrance, after: event, in: key, database)
        }
    }

    private static func remember(
        _ remembrance: Remembrance,
        after event: EventID,
        in key: ConversationKey,
        _ database: Database
    ) throws {
        switch remembrance {
        case .nothing: break
        case .turns(let turns):
            let conversation = try identifier(of: key, in: database)
            for turn in turns {
                let position = try turn.insert(into: conversation, in: database)
                try show(turn, at: position, in: key, database)
            }
            try setUnanswered(nil, of: conversation, in: database)
        case .overheard(let turn):
            let conversation = try identifier(of: key, in: database)
            let position = try turn.insert(into: conversation, in: database)
            try show(turn, at: position, in: key, database)
            try database.execute(
                sql: """
                    DELETE FROM turn WHERE conversation = ? AND \(Turn.overheardRows) AND id <= (
                        SELECT id FROM turn WHERE conversation = ? AND \(Turn.overheardRows)
                        ORDER BY id DESC LIMIT 1 OFFSET ?)
                    """,
                arguments: [conversation, conversation, Remembrance.overheardLimit]
            )
        case .unanswered(let question):
            try setUnanswered(question, of: try identifier(of: key, in: database), in: database)
        case .answer(let turn, let question):
            guard let position = try answerPosition(of: question, in: database) else {
                // The question was kept aside, or forgotten meanwhile.
                try rememberLate(turn, to: question, in: key, database)
                return
            }
            try database.execute(
                sql: "UPDATE turn SET content = ?, date = ? WHERE id = ?",
                arguments: [turn.message.content.storable, turn.date.timeIntervalSince1970, position]
            )
            try showMessages(of: question, at: position, in: key, database)
        case .continuation(let text, let question):
            guard let position = try answerPosition(of: question, in: database) else { return }
            try database.execute(
                sql: "UPDATE turn SET content = ? WHERE id = ?",
                arguments: [text.storable, position]
            )
            let next = (try messages(of: question, in: database).keys.max() ?? -1) + 1
            try database.execute(
                sql: "UPDATE reply_message SET update_id = ?, part = part + ? WHERE bot = ? AND update_id = ?",
                arguments: [question.update, next, event.bot.rawValue, event.update]
            )
            try showMessages(of: question, at: position, in: key, database)
        }
    }

    /// Appends a question that was kept aside, with the answer that it has got in the end.
    private static func rememberLate(
        _ turn: Turn,
        to question: EventID,
        in key: ConversationKey,
        _ database: Database
    ) throws {
        let conversation = try identifier(of: key, in: database)
        let stored = try Data.fetchOne(
            database,
            sql: "SELECT unanswered FROM conversation WHERE id = ?",
            arguments: [conversation]
        )
        guard let stored, let asked = try? JSONDecoder().decode(Turn.self, from: stored), asked.event == question else {
            return
        }
        for turn in [asked, turn] {
            let position = try turn.insert(into: conversation, in: database)
            try show(turn, at: position, in: key, database)
        }
        try setUnanswered(nil, of: conversation, in: database)
    }

    private static func identifier(of key: ConversationKey, in database: Database) throws -> Int64 {
        try database.execute(
            sql: "INSERT INTO conversation (key) VALUES (?) ON CONFLICT (key) DO NOTHING",
            arguments: [key.description]
        )
        return try Int64.fetchOne(
            database,
            sql: "SELECT id FROM conversation WHERE key = ?",
            arguments: [key.description]
        ) ?? 0
    }

    private static func setUnanswered(_ turn: Turn?, of conversation: Int64, in database: Database) throws {
        try database.execute(
            sql: "UPDATE conversation SET unanswered = ? WHERE id = ?",
            arguments: [try turn.map { try JSONEncoder().encode($0) }, conversation]
        )
    }

    private static func answerPosition(of question: EventID, in database: Database) throws -> Int64? {
        try Int64.fetchOne(
            database,
            sql: "SELECT max(id) FROM turn WHERE bot = ? AND update_id = ? AND role = 'assistant'",
            arguments: [question.bot.rawValue, question.update]
        )
    }

    /// Notes which messages show a turn, the latest ones of each chat only.
    private static func show(_ turn: Turn, at position: Int64, in key: ConversationKey, _ database: Database) throws {
        if turn.message.role == .assistant, let event = turn.event {
            try showMessages(of: event, at: position, in: key, database)
        } else if let source = turn.source {
            try show(source, at: position, in: key, database)
        }
    }

    private static func showMessages(
        of event: EventID,
        at position: Int64,
        in key: ConversationKey,
        _ database: Database
    ) throws {
        for message in try messages(of: event, in: database).values.sorted(by: { $0.rawValue < $1.rawValue }) {
            try show(message, at: position, in: key, database)
        }
    }

    private static func show(
        _ message: MessageID,
        at position: Int64,
        in key: ConversationKey,
        _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO shown_turn (bot, chat, message, turn) VALUES (?, ?, ?, ?)
                ON CONFLICT (bot, chat, message) DO UPDATE SET turn = excluded.turn
                """,
            arguments: [key.bot.rawValue, key.chat.rawValue, message.rawValue, position]
        )
        try database.execute(
            sql: """
                DELETE FROM shown_turn WHERE bot = ? AND chat = ? AND message <= (
                    SELECT message FROM shown_turn WHERE bot = ? AND chat = ?
                    ORDER BY message DESC LIMIT 1 OFFSET ?
                )
                """,
            arguments: [
                key.bot.rawValue, key.chat.rawValue, key.bot.rawValue, key.chat.rawValue, shownTurnLimit,
            ]
        )
    }

    /// How many messages of a chat are remembered as showing a turn.
    private static let shownTurnLimit = 500
}
