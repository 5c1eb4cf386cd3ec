public import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore {
    /// Starts an attempt.
    public func beginAnswer(to event: EventID, joining others: [EventID], lease: Lease?) async throws -> AnswerStart {
        try await write { database in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: """
                        SELECT attempt_count, lease_owner, lease_expiry, final, final_text, final_is_remembered
                        FROM received_update WHERE bot = ? AND update_id = ? AND joined_to IS NULL
                            AND state IN ('accepted', 'answering', 'delivering')
                        """,
                    arguments: [event.bot.rawValue, event.update]
                )
            else { return .finished }
            if let lease, let owner: String = row["lease_owner"], owner != lease.owner,
                let expiry: Double = row["lease_expiry"], expiry > lease.taken.timeIntervalSince1970
            {
                return .held(until: Date(timeIntervalSince1970: expiry))
            }
            let attempt: Int = row["attempt_count"] + 1
            for other in others where attempt == 1 && other != event {
                try database.execute(
                    sql: """
                        UPDATE received_update SET joined_to = ?
                        WHERE bot = ? AND update_id = ? AND state = 'accepted' AND joined_to IS NULL
                        """,
                    arguments: [event.update, event.bot.rawValue, other.update]
                )
            }
            try database.execute(
                sql: """
                    UPDATE received_update SET attempt_count = ?,
                        lease_owner = coalesce(?, lease_owner), lease_expiry = coalesce(?, lease_expiry),
                        state = CASE state WHEN 'accepted' THEN 'answering' ELSE state END
                    WHERE bot = ? AND update_id = ?
                    """,
                arguments: [
                    attempt, lease?.owner, lease?.expiry.timeIntervalSince1970, event.bot.rawValue, event.update,
                ]
            )
            var progress = AnswerProgress(attempt: attempt)
            if let final: Data = row["final"] {
                progress.final = try JSONDecoder().decode(FinalReply.self, from: final)
            } else if let text: String = row["final_text"] {
                progress.final = FinalReply(text: text, isRemembered: row["final_is_remembered"] ?? false)
            }
            progress.messages = try Self.messages(of: event, in: database)
            progress.joined = try Int64.fetchAll(
                database,
                sql: "SELECT update_id FROM received_update WHERE bot = ? AND joined_to = ? ORDER BY position",
                arguments: [event.bot.rawValue, event.update]
            )
            .map { EventID(bot: event.bot, update: $0) }
            return .begun(progress)
        }
    }

    /// The messages that show a reply.
    static func messages(of event: EventID, in database: Database) throws -> [Int: MessageID] {
        var messages: [Int: MessageID] = [:]
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT part, message FROM reply_message WHERE bot = ? AND update_id = ?",
            arguments: [event.bot.rawValue, event.update]
        )
        for row in rows { messages[row["part"]] = MessageID(row["message"]) }
        return messages
    }

    /// Prolongs a claim.
    public func renew(_ lease: Lease, of event: EventID) async throws -> LeaseState {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE received_update SET lease_expiry = ?
                    WHERE bot = ? AND update_id = ? AND lease_owner = ?
                        AND state IN ('accepted', 'answering', 'delivering')
                    """,
                arguments: [
                    lease.expiry.timeIntervalSince1970, event.bot.rawValue, event.update, lease.owner,
                ]
            )
            guard database.changesCount > 0 else { return .lost }
            let isStopRequested = try Bool.fetchOne(
                database,
                sql: "SELECT is_stop_requested FROM received_update WHERE bot = ? AND update_id = ?",
                arguments: [event.bot.rawValue, event.update]
            )
            return isStopRequested == true ? .stopRequested : .held
        }
    }

    /// The events that some process is answering.
    public func eventsBeingAnswered(in place: ConversationKey, at now: Date) async throws -> [InboundEvent] {
        try await read { database in
            try Data.fetchAll(
                database,
                sql: """
                    SELECT event FROM received_update
                    WHERE bot = ? AND state IN ('accepted', 'answering', 'delivering') AND state <> 'accepted'
                        AND lease_expiry > ? AND event IS NOT NULL ORDER BY position
                    """,
                arguments: [place.bot.rawValue, now.timeIntervalSince1970]
            )
            .compactMap { try? JSONDecoder().decode(InboundEvent.self, from: $0) }
            .filter { $0.key.place == place.place }
        }
    }

    /// The events that nobody has begun.
    public func waitingEvents(in place: ConversationKey) async throws -> [InboundEvent] {
        try await read { database in
            try Data.fetchAll(
                database,
                sql: """
                    SELECT event FROM received_update
                    WHERE bot = ? AND state IN ('accepted', 'answering', 'delivering') AND state = 'accepted'
                        AND joined_to IS NULL AND event IS NOT NULL ORDER BY position
                    """,
                arguments: [place.bot.rawValue]
            )
            .compactMap { try? JSONDecoder().decode(InboundEvent.self, from: $0) }
            .filter { $0.key.place == place.place }
        }
    }

    /// Asks for a stop.
    public func requestStop(of event: EventID) async throws {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE received_update SET is_stop_requested = 1
                    WHERE bot = ? AND update_id = ? AND state IN ('accepted', 'answering', 'delivering')
                    """,
                arguments: [event.bot.rawValue, event.update]
            )
        }
    }
}
