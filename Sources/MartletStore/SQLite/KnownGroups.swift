import GRDB
public import MartletConversation

/// The groups that a store has conversations of, for looking at a store without changing it.
public enum KnownGroups {
    /// The groups of a bot, those talked to last first.
    ///
    /// The file is opened for reading only: it is neither made nor brought to the present schema.
    /// - Parameter limit: The most groups that are given.
    /// - Throws: ``StoreError`` where the file is not a store.
    public static func read(storeAt path: String, of bot: BotID, limit: Int) throws -> [ChatID] {
        do {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // A key is `bot:chat:thread:user`; groups have numbers below zero.
            let keys = try queue.read { database in
                try String.fetchAll(
                    database,
                    sql: "SELECT key FROM conversation WHERE key LIKE ? ORDER BY id DESC LIMIT 1000",
                    arguments: ["\(bot):-%"]
                )
            }
            var groups: [ChatID] = []
            for key in keys {
                let pieces = key.split(separator: ":")
                guard pieces.count >= 2, let number = Int64(pieces[1]) else { continue }
                if !groups.contains(ChatID(number)) { groups.append(ChatID(number)) }
                if groups.count == limit { break }
            }
            return groups
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
