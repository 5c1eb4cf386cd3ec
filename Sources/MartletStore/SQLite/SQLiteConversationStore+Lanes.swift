public import FoundationEssentials
import GRDB
public import MartletConversation

extension SQLiteConversationStore {
    /// Changes a lane.
    public func advance(
        _ lane: LaneReference,
        countingSince since: Date,
        _ body: @escaping @Sendable (inout SecretaryLane, LaneSurroundings) -> LaneStep
    ) async throws -> LaneUpdate? {
        try await write { database in
            guard let found = try Self.contact(lane, in: database) ?? Self.fresh(lane) else { return nil }
            var contact = found
            guard let account = try Self.account(of: contact.address.owner, bot: contact.address.bot, in: database)
            else { return nil }
            let surroundings = LaneSurroundings(
                account: account,
                automaticCount: try Self.automaticCount(of: contact, since: since, isOfLane: true, in: database),
                ownerAutomaticCount: try Self.automaticCount(of: contact, since: since, isOfLane: false, in: database)
            )
            let step = body(&contact.lane, surroundings)
            if contact.lane != found.lane || contact.id == Self.noLane { try Self.store(&contact, in: database) }
            for record in step.records { try Self.store(record, of: contact, account, in: database) }
            return LaneUpdate(contact: contact, account: account, answer: step.answer)
        }
    }

    /// The number of a lane that is not in the table yet.
    private static var noLane: LaneID { LaneID(0) }

    private static func fresh(_ lane: LaneReference) -> SecretaryContact? {
        guard case .address(let address) = lane else { return nil }
        return SecretaryContact(id: noLane, address: address, lane: SecretaryLane())
    }

    static func contact(_ lane: LaneReference, in database: Database) throws -> SecretaryContact? {
        let columns = "SELECT id, bot, owner, chat, state FROM secretary_lane"
        let row =
            switch lane {
            case .id(let id):
                try Row.fetchOne(database, sql: "\(columns) WHERE id = ?", arguments: [id.rawValue])
            case .address(let address), .known(let address):
                try Row.fetchOne(
                    database,
                    sql: "\(columns) WHERE bot = ? AND owner = ? AND chat = ?",
                    arguments: [address.bot.rawValue, address.owner.rawValue, address.chat.rawValue]
                )
            }
        return try row.map(contact)
    }

    private static func automaticCount(
        of contact: SecretaryContact,
        since: Date,
        isOfLane: Bool,
        in database: Database
    ) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM secretary_sent
                WHERE bot = ? AND owner = ? AND date >= ? AND is_automatic AND outcome <> 'failed'
                """ + (isOfLane ? " AND lane = ?" : ""),
            arguments: [
                contact.address.bot.rawValue, contact.address.owner.rawValue, since.timeIntervalSince1970,
            ] + (isOfLane ? [contact.id.rawValue] : [])
        ) ?? 0
    }

    private static func store(_ contact: inout SecretaryContact, in database: Database) throws {
        let lane = contact.lane
        let isWriting = if case .write = lane.action { true } else { false }
        // The distant past is before all dates that a number can hold exactly.
        let wake = lane.wake.map { $0 == .distantPast ? 0 : $0.timeIntervalSince1970 }
        let last = lane.lastActivityDate?.timeIntervalSince1970 ?? 0
        let state = try JSONEncoder().encode(lane)
        let isChosen = lane.mode != nil || lane.isPaused
        if contact.id == noLane {
            try database.execute(
                sql: """
                    INSERT INTO secretary_lane (bot, owner, chat, state, is_chosen, last, wake, is_writing)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    contact.address.bot.rawValue, contact.address.owner.rawValue, contact.address.chat.rawValue,
                    state, isChosen, last, wake, isWriting,
                ]
            )
            contact.id = LaneID(database.lastInsertedRowID)
        } else {
            try database.execute(
                sql: """
                    UPDATE secretary_lane SET state = ?, is_chosen = ?, last = ?, wake = ?, is_writing = ? WHERE id = ?
                    """,
                arguments: [state, isChosen, last, wake, isWriting, contact.id.rawValue]
            )
        }
    }

    private static func store(
        _ record: LaneRecord,
        of contact: SecretaryContact,
        _ account: SecretaryAccount,
        in database: Database
    ) throws {
        let lane = contact.id.rawValue
        switch record {
        case .said(let said):
            try database.execute(
                sql: "INSERT INTO secretary_said (lane, author, message, text, date) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    lane, said.author.rawValue, said.message.rawValue, said.text.storable,
                    said.date.timeIntervalSince1970,
                ]
            )
            try database.execute(
                sql: """
                    DELETE FROM secretary_said WHERE lane = ? AND author = ? AND id <= (
                        SELECT id FROM secretary_said WHERE lane = ? AND author = ? ORDER BY id DESC LIMIT 1 OFFSET ?)
                    """,
                arguments: [
                    lane, said.author.rawValue, lane, said.author.rawValue, SaidMessage.maximumCount,
                ]
            )
        case .edited(let message, let text):
            try database.execute(
                sql: "UPDATE secretary_said SET text = ? WHERE lane = ? AND message = ?",
                arguments: [text.storable, lane, message.rawValue]
            )
        case .unsaid(let messages):
            for message in messages {
                try database.execute(
                    sql: "DELETE FROM secretary_said WHERE lane = ? AND message = ?",
                    arguments: [lane, message.rawValue]
                )
            }
        case .forgotten:
            try database.execute(sql: "DELETE FROM secretary_said WHERE lane = ?", arguments: [lane])
        case .claimed(let draft, let date, let isAutomatic):
            try database.execute(
                sql: """
                    INSERT INTO secretary_sent (lane, draft, bot, owner, contact, text, date, is_automatic, outcome)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    lane, draft.number, contact.address.bot.rawValue, contact.address.owner.rawValue,
                    contact.lane.name.storable, draft.text.storable, date.timeIntervalSince1970, isAutomatic,
                    SentMessage.Outcome.sending.rawValue,
                ]
            )
        case .settled(let draft, let outcome):
            try database.execute(
                sql: "UPDATE secretary_sent SET outcome = ? WHERE lane = ? AND draft = ?",
                arguments: [outcome.rawValue, lane, draft]
            )
        case .shown(let message, let date):
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO secretary_shown (bot, chat, message, lane, date) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    contact.address.bot.rawValue, account.connection.ownerChat.rawValue, message.rawValue, lane,
                    date.timeIntervalSince1970,
                ]
            )
        }
    }
}
