internal import GRDB
internal import MartletCore
internal import Synchronization

/// What was deleted but may still be somewhere in the files.
final class Erasure: Sendable {
    /// Whether the log may hold deleted pages.
    var logIsDirty: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    private let state = Mutex(false)
}

extension EmbeddedVectorStore {
    /// Empties the log, in which deleted pages may be, and tries again at the next deletion where a reader is in the way.
    func eraseLog() async throws {
        guard path != nil else { return }
        erasure.logIsDirty = true
        do {
            try await database.writeWithoutTransaction { [erasure] database in
                _ = try database.checkpoint(.truncate)
                erasure.logIsDirty = false
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        } catch {
            throw VectorStoreError.translating(error, path: path)
        }
    }

    /// Overwrites what was replaced and deleted and moves the log into the file, before the store is closed, so that a copy of the file
    /// is a copy of the store; where another process is in the way, that process or the next deletion does it.
    func eraseRemains() throws {
        do {
            let hasWords = try database.read { database in
                try Bool.fetchOne(database, sql: "SELECT count(*) > 0 FROM collection WHERE removed_word_count > 0")
                    ?? false
            }
            if hasWords { try database.write { try Self.eraseWords(in: $0) } }
            if path != nil {
                try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {}
    }

    /// Writes the words of every collection that lost some anew.
    private static func eraseWords(in database: Database) throws {
        let rows = try Row.fetchAll(database, sql: "SELECT * FROM collection WHERE removed_word_count > 0")
        for row in rows {
            var collection = try StoredCollection(row)
            try collection.eraseWords(in: database)
            try collection.update(in: database)
        }
    }
}
