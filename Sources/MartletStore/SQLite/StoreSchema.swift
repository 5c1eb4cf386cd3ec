import GRDB

/// The tables, and how older files become newer ones.
enum StoreSchema {
    /// Every migration so far, oldest first; one that has been released never changes.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 conversations and updates") { database in
            // Updates are kept after their end, without content, so that repeated deliveries are recognised.
            try database.execute(
                sql: """
                    CREATE TABLE received_update (
                        position INTEGER PRIMARY KEY AUTOINCREMENT,
                        bot INTEGER NOT NULL,
                        update_id INTEGER NOT NULL,
                        received REAL NOT NULL,
                        state TEXT NOT NULL,
                        event BLOB,
                        unreadable BLOB,
                        attempt_count INTEGER NOT NULL DEFAULT 0,
                        final_text TEXT,
                        final_is_remembered INTEGER,
                        UNIQUE (bot, update_id)
                    ) STRICT;
                    CREATE INDEX received_update_unfinished ON received_update (bot, position)
                        WHERE state IN ('accepted', 'answering', 'delivering');
                    CREATE INDEX received_update_age ON received_update (received);
                    CREATE TABLE reply_message (
                        bot INTEGER NOT NULL,
                        update_id INTEGER NOT NULL,
                        part INTEGER NOT NULL,
                        message INTEGER NOT NULL,
                        PRIMARY KEY (bot, update_id, part)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE conversation (
                        id INTEGER PRIMARY KEY,
                        key TEXT NOT NULL UNIQUE,
                        context_length INTEGER
                    ) STRICT;
                    CREATE TABLE turn (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
                        role TEXT NOT NULL,
                        content TEXT NOT NULL,
                        date REAL NOT NULL
                    ) STRICT;
                    CREATE INDEX turn_by_conversation ON turn (conversation, id);
                    """
            )
        }
        migrator.registerMigration("2 conversation facilities", migrate: addConversationFacilities)
        migrator.registerMigration("3 access and budgets", migrate: createAccess)
        registerSecretary(in: &migrator)
        migrator.registerMigration("4 guests' budgets") { database in
            try database.execute(
                sql: "ALTER TABLE budget_reservation ADD COLUMN is_guest INTEGER NOT NULL DEFAULT 0"
            )
        }
        return migrator
    }
}
