import GRDB

extension StoreSchema {
    /// Who may talk to a bot, and how much was asked of it.
    ///
    /// Numbers and names only: nothing here holds what somebody said.
    static func createAccess(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE access_person (
                    bot INTEGER NOT NULL,
                    user INTEGER NOT NULL,
                    standing TEXT NOT NULL,
                    role TEXT NOT NULL,
                    name TEXT,
                    language TEXT,
                    since REAL NOT NULL,
                    refused_update INTEGER,
                    refusal REAL,
                    wrong_code_count INTEGER NOT NULL DEFAULT 0,
                    wrong_codes_since REAL,
                    pairing_update INTEGER,
                    PRIMARY KEY (bot, user)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE access_group (
                    bot INTEGER NOT NULL,
                    chat INTEGER NOT NULL,
                    standing TEXT NOT NULL,
                    title TEXT,
                    added_by INTEGER,
                    since REAL NOT NULL,
                    is_asked INTEGER NOT NULL,
                    is_present INTEGER NOT NULL,
                    settings_by TEXT NOT NULL,
                    PRIMARY KEY (bot, chat)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE access_code (
                    id INTEGER PRIMARY KEY,
                    bot INTEGER NOT NULL,
                    salt BLOB NOT NULL,
                    digest BLOB NOT NULL,
                    role TEXT NOT NULL,
                    expiry REAL NOT NULL,
                    UNIQUE (bot, digest)
                ) STRICT;
                CREATE TABLE access_connection (
                    bot INTEGER NOT NULL,
                    connection TEXT NOT NULL,
                    owner INTEGER NOT NULL,
                    PRIMARY KEY (bot, connection)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE access_bot (
                    bot INTEGER PRIMARY KEY,
                    username TEXT NOT NULL
                ) STRICT;
                CREATE TABLE budget_usage (
                    bot INTEGER NOT NULL,
                    scope TEXT NOT NULL,
                    subject INTEGER NOT NULL,
                    period TEXT NOT NULL,
                    name TEXT NOT NULL,
                    messages INTEGER NOT NULL,
                    tokens INTEGER NOT NULL,
                    nanodollars INTEGER NOT NULL,
                    is_noted INTEGER NOT NULL DEFAULT 0,
                    PRIMARY KEY (bot, scope, subject, period, name)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE budget_reservation (
                    bot INTEGER NOT NULL,
                    update_id INTEGER NOT NULL,
                    user INTEGER NOT NULL,
                    chat INTEGER NOT NULL,
                    day TEXT NOT NULL,
                    month TEXT NOT NULL,
                    messages INTEGER NOT NULL,
                    tokens INTEGER NOT NULL,
                    nanodollars INTEGER NOT NULL,
                    is_held INTEGER NOT NULL,
                    made REAL NOT NULL,
                    PRIMARY KEY (bot, update_id)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX budget_reservation_held ON budget_reservation (bot) WHERE is_held;
                """
        )
    }
}
