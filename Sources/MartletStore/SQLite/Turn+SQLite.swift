import FoundationEssentials
import GRDB
import MartletConversation
import MartletCore

extension Turn {
    /// Whether a row was said in a group and not to the bot, in SQL.
    static let overheardRows = "(turn.role = 'user' AND turn.update_id IS NULL AND turn.source IS NOT NULL)"

    /// Reads a row of `turn`; nil where its role is not known.
    init?(row: Row) {
        guard let role = Role(rawValue: row["role"]) else { return nil }
        self.init(
            ChatMessage(role: role, content: row["content"], name: row["name"]),
            date: Date(timeIntervalSince1970: row["date"])
        )
        if let bot: Int64 = row["bot"], let update: Int64 = row["update_id"] {
            event = EventID(bot: BotID(bot), update: update)
        }
        source = (row["source"] as Int64?).map { MessageID($0) }
        speaker = (row["speaker"] as Int64?).map { UserID($0) }
        parent = (row["parent"] as Int64?).map { MessageID($0) }
        position = row["id"]
    }

    /// Adds the turn to a conversation.
    /// - Returns: Its position.
    func insert(into conversation: Int64, in database: Database) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO turn (conversation, role, content, date, name, bot, update_id, source, speaker, parent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                conversation, message.role.rawValue, message.content.storable, date.timeIntervalSince1970,
                message.name?.storable, event?.bot.rawValue, event?.update, source?.rawValue, speaker?.rawValue,
                parent?.rawValue,
            ]
        )
        return database.lastInsertedRowID
    }
}
