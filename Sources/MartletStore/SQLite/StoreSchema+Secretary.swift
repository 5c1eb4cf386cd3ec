import GRDB

extension StoreSchema {
    /// Accounts in whose names the bot answers, their lanes, and what was sent.
    static func registerSecretary(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("2 secretary") { database in
            try database.execute(
                sql: """
                    CREATE TABLE secretary_account (
                        bot INTEGER NOT NULL,
                        owner INTEGER NOT NULL,
                        connection TEXT NOT NULL,
                        chat INTEGER NOT NULL,
                        can_reply INTEGER NOT NULL,
                        is_enabled INTEGER NOT NULL,
                        date REAL NOT NULL,
                        name TEXT NOT NULL,
                        language TEXT,
                        default_mode TEXT NOT NULL,
                        PRIMARY KEY (bot, owner)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX secretary_account_by_connection ON secretary_account (bot, connection);
                    -- Numbers are never used again: they are written on buttons.
                    CREATE TABLE secretary_lane (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        bot INTEGER NOT NULL,
                        owner INTEGER NOT NULL,
                        chat INTEGER NOT NULL,
                        state BLOB NOT NULL,
                        is_chosen INTEGER NOT NULL,
                        last REAL NOT NULL,
                        wake REAL,
                        is_writing INTEGER NOT NULL,
                        UNIQUE (bot, owner, chat)
                    ) STRICT;
                    CREATE INDEX secretary_lane_due ON secretary_lane (bot, is_writing, wake) WHERE wake IS NOT NULL;
                    CREATE INDEX secretary_lane_latest ON secretary_lane (bot, owner, last);
                    CREATE TABLE secretary_said (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        lane INTEGER NOT NULL REFERENCES secretary_lane (id) ON DELETE CASCADE,
                        author TEXT NOT NULL,
                        message INTEGER NOT NULL,
                        text TEXT NOT NULL,
                        date REAL NOT NULL
                    ) STRICT;
                    CREATE INDEX secretary_said_by_lane ON secretary_said (lane, author, id);
                    CREATE TABLE secretary_sent (
                        lane INTEGER NOT NULL REFERENCES secretary_lane (id) ON DELETE CASCADE,
                        draft INTEGER NOT NULL,
                        bot INTEGER NOT NULL,
                        owner INTEGER NOT NULL,
                        contact TEXT NOT NULL,
                        text TEXT NOT NULL,
                        date REAL NOT NULL,
                        is_automatic INTEGER NOT NULL,
                        outcome TEXT NOT NULL,
                        PRIMARY KEY (lane, draft)
                    ) STRICT;
                    CREATE INDEX secretary_sent_by_owner ON secretary_sent (bot, owner, date);
                    CREATE TABLE secretary_shown (
                        bot INTEGER NOT NULL,
                        chat INTEGER NOT NULL,
                        message INTEGER NOT NULL,
                        lane INTEGER NOT NULL REFERENCES secretary_lane (id) ON DELETE CASCADE,
                        date REAL NOT NULL,
                        PRIMARY KEY (bot, chat, message)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX secretary_shown_by_lane ON secretary_shown (lane);
                    """
            )
        }
    }
}
