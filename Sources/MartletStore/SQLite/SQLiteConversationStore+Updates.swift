public import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore: ConversationStore {
    /// Records updates and leaves out those that are known.
    public func accept(_ updates: [ReceivedUpdate]) async throws -> [InboundEvent] {
        try await write { database in
            var accepted: [InboundEvent] = []
            let now = Date().timeIntervalSince1970
            for update in updates {
                var event: InboundEvent?
                var unreadable: Data?
                let state: String
                switch update.meaning {
                case .event(let inbound): (event, state) = (inbound, State.accepted)
                case .ignored: state = EventOutcome.ignored.rawValue
                case .unreadable(let bytes): (unreadable, state) = (Data(bytes), State.unreadable)
                }
                try database.execute(
                    sql: """
                        INSERT INTO received_update (bot, update_id, received, state, event, unreadable)
                        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (bot, update_id) DO NOTHING
                        """,
                    arguments: [
                        update.id.bot.rawValue, update.id.update, now, state,
                        try event.map { try JSONEncoder().encode($0) }, unreadable,
                    ]
                )
                if database.changesCount > 0, let event { accepted.append(event) }
            }
            return accepted
        }
    }

    /// The events that are not finished, in order.
    public func unfinishedEvents(of bot: BotID) async throws -> [InboundEvent] {
        try await read { database in
            try Data.fetchAll(
                database,
                sql: """
                    SELECT event FROM received_update
                    WHERE bot = ? AND state IN ('accepted', 'answering', 'delivering') ORDER BY position
                    """,
                arguments: [bot.rawValue]
            )
            .map { try JSONDecoder().decode(InboundEvent.self, from: $0) }
        }
    }

    /// Notes a shown part.
    public func recordMessage(_ message: MessageID, part: Int, of event: EventID) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO reply_message (bot, update_id, part, message) VALUES (?, ?, ?, ?)
                    ON CONFLICT (bot, update_id, part) DO UPDATE SET message = excluded.message
                    """,
                arguments: [event.bot.rawValue, event.update, part, message.rawValue]
            )
        }
    }

    /// Settles the text.
    public func recordFinal(_ reply: FinalReply, of event: EventID) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE received_update SET state = 'delivering', final = ?
                    WHERE bot = ? AND update_id = ? AND state IN ('accepted', 'answering', 'delivering')
                    """,
                arguments: [try JSONEncoder().encode(reply), event.bot.rawValue, event.update]
            )
        }
    }

    /// Changes what an unfinished event says.
    public func amend(_ event: EventID, to content: InboundEvent.Content) async throws {
        try await write { database in
            let stored = try Data.fetchOne(
                database,
                sql: """
                    SELECT event FROM received_update
                    WHERE bot = ? AND update_id = ? AND state IN ('accepted', 'answering')
                    """,
                arguments: [event.bot.rawValue, event.update]
            )
            guard let stored else { return }
            var inbound = try JSONDecoder().decode(InboundEvent.self, from: stored)
            inbound.content = content
            try database.execute(
                sql: "UPDATE received_update SET event = ? WHERE bot = ? AND update_id = ?",
                arguments: [try JSONEncoder().encode(inbound), event.bot.rawValue, event.update]
            )
        }
    }

    /// Forgets old finished updates.
    public func pruneUpdates(receivedBefore date: Date) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    DELETE FROM received_update
                    WHERE received < ? AND state NOT IN ('accepted', 'answering', 'delivering')
                    """,
                arguments: [date.timeIntervalSince1970]
            )
            try database.execute(
                sql: """
                    DELETE FROM reply_message WHERE NOT EXISTS (
                        SELECT 1 FROM received_update AS known
                        WHERE known.bot = reply_message.bot AND known.update_id = reply_message.update_id
                    )
                    """
            )
        }
    }

    /// The states that are not an ``EventOutcome``.
    private enum State {
        static let accepted = "accepted"
        static let unreadable = "unreadable"
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await translate { try await pool.write(body) }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await translate { try await pool.read(body) }
    }

    private func translate<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
