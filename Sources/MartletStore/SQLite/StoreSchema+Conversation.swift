import GRDB

extension StoreSchema {
    /// Claims and joined events, settled replies whole, settings as JSON, archives, summaries, and which message shows which turn.
    static func addConversationFacilities(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE received_update ADD COLUMN final BLOB;
                ALTER TABLE received_update ADD COLUMN lease_owner TEXT;
                ALTER TABLE received_update ADD COLUMN lease_expiry REAL;
                ALTER TABLE received_update ADD COLUMN joined_to INTEGER;
                ALTER TABLE received_update ADD COLUMN is_stop_requested INTEGER NOT NULL DEFAULT 0;
                CREATE INDEX received_update_joined ON received_update (bot, joined_to) WHERE joined_to IS NOT NULL;
                ALTER TABLE conversation ADD COLUMN settings TEXT;
                ALTER TABLE conversation ADD COLUMN archived_through INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE conversation ADD COLUMN summary TEXT;
                ALTER TABLE conversation ADD COLUMN summary_through INTEGER;
                ALTER TABLE conversation ADD COLUMN unanswered BLOB;
                UPDATE conversation SET settings = '{"contextLength":' || context_length || '}'
                    WHERE context_length IS NOT NULL;
                ALTER TABLE turn ADD COLUMN name TEXT;
                ALTER TABLE turn ADD COLUMN bot INTEGER;
                ALTER TABLE turn ADD COLUMN update_id INTEGER;
                ALTER TABLE turn ADD COLUMN source INTEGER;
                ALTER TABLE turn ADD COLUMN speaker INTEGER;
                ALTER TABLE turn ADD COLUMN parent INTEGER;
                CREATE INDEX turn_by_update ON turn (bot, update_id) WHERE update_id IS NOT NULL;
                CREATE TABLE shown_turn (
                    bot INTEGER NOT NULL,
                    chat INTEGER NOT NULL,
                    message INTEGER NOT NULL,
                    turn INTEGER NOT NULL REFERENCES turn (id) ON DELETE CASCADE,
                    PRIMARY KEY (bot, chat, message)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX shown_turn_by_turn ON shown_turn (turn);
                """
        )
    }
}
