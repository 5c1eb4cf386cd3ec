internal import GRDB
internal import MartletCore

/// The tables, and how older files become newer ones.
enum VectorSchema {
    /// What the file's header says that it is: "MVEC".
    private static let applicationID = 0x4D56_4543

    /// Brings a database to the present schema.
    /// - Throws: ``VectorStoreError`` for a file that holds something else, or was written by a later version.
    static func prepare(_ database: any DatabaseWriter) throws {
        let isNew = try database.read { database in
            let kind = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            guard kind == applicationID || kind == 0 && tables == 0 else {
                throw VectorStoreError(.invalid, "this database is no vector store", remedy: "Name another file")
            }
            guard try !migrator.hasBeenSuperseded(database) else {
                throw VectorStoreError(
                    .unsupported,
                    "a later version of Martlet wrote this vector store",
                    remedy: "Update Martlet, or name another file"
                )
            }
            return kind == 0
        }
        // First of all, so that a file is known for what it is wherever its making is cut off.
        if isNew {
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = \(applicationID)") }
        }
        try migrator.migrate(database)
    }

    /// Every migration so far, oldest first; one that has been released never changes.
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 collections and records") { database in
            // A key is the collection's number times 2^32 plus the slot: where the record's vector lies in memory.
            // The revision of a record or a vacancy is the collection's at its last change: what is later than a reader's own,
            // the reader hasn't seen.
            try database.execute(
                sql: """
                    CREATE TABLE collection (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL UNIQUE,
                        width INTEGER,
                        distance TEXT NOT NULL,
                        precision TEXT NOT NULL,
                        metadata TEXT NOT NULL,
                        revision INTEGER NOT NULL DEFAULT 0,
                        slot_count INTEGER NOT NULL DEFAULT 0,
                        record_count INTEGER NOT NULL DEFAULT 0,
                        position_count INTEGER NOT NULL DEFAULT 0,
                        has_words INTEGER NOT NULL DEFAULT 0,
                        removed_word_count INTEGER NOT NULL DEFAULT 0
                    ) STRICT;
                    CREATE TABLE record (
                        key INTEGER PRIMARY KEY,
                        collection INTEGER NOT NULL,
                        id TEXT NOT NULL,
                        position INTEGER NOT NULL,
                        revision INTEGER NOT NULL,
                        text BLOB,
                        metadata TEXT NOT NULL,
                        UNIQUE (collection, id)
                    ) STRICT;
                    CREATE INDEX record_by_position ON record (collection, position);
                    CREATE INDEX record_by_revision ON record (collection, revision);
                    CREATE TABLE vector (key INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT;
                    CREATE TABLE vacancy (
                        key INTEGER PRIMARY KEY,
                        collection INTEGER NOT NULL,
                        revision INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX vacancy_by_revision ON vacancy (collection, revision);
                    """
            )
        }
        return migrator
    }
}
