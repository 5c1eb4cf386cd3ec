import FoundationEssentials
import GRDB
import MartletConversation
import MartletCore
import MartletStore
import Testing

@Suite("A database of the first release")
struct StoreUpgradeTests {
    /// The schema as it was.
    private static let schema = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1 conversations and updates');
        CREATE TABLE received_update (
            position INTEGER PRIMARY KEY AUTOINCREMENT, bot INTEGER NOT NULL, update_id INTEGER NOT NULL,
            received REAL NOT NULL, state TEXT NOT NULL, event BLOB, unreadable BLOB,
            attempt_count INTEGER NOT NULL DEFAULT 0, final_text TEXT, final_is_remembered INTEGER,
            UNIQUE (bot, update_id)
        ) STRICT;
        CREATE INDEX received_update_unfinished ON received_update (bot, position)
            WHERE state IN ('accepted', 'answering', 'delivering');
        CREATE INDEX received_update_age ON received_update (received);
        CREATE TABLE reply_message (
            bot INTEGER NOT NULL, update_id INTEGER NOT NULL, part INTEGER NOT NULL, message INTEGER NOT NULL,
            PRIMARY KEY (bot, update_id, part)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE conversation (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, context_length INTEGER) STRICT;
        CREATE TABLE turn (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            role TEXT NOT NULL, content TEXT NOT NULL, date REAL NOT NULL
        ) STRICT;
        CREATE INDEX turn_by_conversation ON turn (conversation, id);
        """

    private static let event = #"""
        {"id":{"bot":{"rawValue":7},"update":3},"key":{"bot":{"rawValue":7},"chat":{"rawValue":1}},"isPrivate":true,
        "message":{"rawValue":30},"sender":{"id":{"rawValue":1},"name":"Ada"},"date":0,"content":{"text":{"_0":"hello"}}}
        """#

    @Test("keeps what was chosen, said, settled and still waits")
    func upgrades() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let old = try DatabaseQueue(path: path)
            try await old.write { database in
                try database.execute(sql: Self.schema)
                try database.execute(
                    sql: """
                        INSERT INTO conversation VALUES (1, '7:1:-:-', 6), (2, '7:2:-:-', NULL);
                        INSERT INTO turn (conversation, role, content, date)
                            VALUES (1, 'user', 'one', 1), (1, 'assistant', 'ONE', 2);
                        INSERT INTO reply_message VALUES (7, 3, 0, 31);
                        """
                )
                try database.execute(
                    sql: """
                        INSERT INTO received_update (bot, update_id, received, state, event, final_text, final_is_remembered)
                        VALUES (7, 3, 0, 'delivering', ?, 'settled', 1)
                        """,
                    arguments: [Data(Self.event.utf8)]
                )
            }
            try old.close()
            let store = try SQLiteConversationStore(path: path)
            let key = ConversationKey(bot: BotID(7), chat: ChatID(1))
            let conversation = try await store.conversation(for: key, turnLimit: 9)
            #expect(conversation.turns.map(\.message) == [.user("one"), .assistant("ONE")])
            #expect(conversation.contextLength == 6)
            let other = ConversationKey(bot: BotID(7), chat: ChatID(2))
            #expect(try await store.conversation(for: other, turnLimit: 9) == Conversation())
            let waiting = try await store.unfinishedEvents(of: BotID(7))
            #expect(waiting.map(\.content) == [.text("hello")])
            let lease = Lease(owner: "new", lasting: .seconds(9))
            let progress = AnswerProgress(
                attempt: 1,
                messages: [0: MessageID(31)],
                final: FinalReply(text: "settled", isRemembered: true)
            )
            #expect(try await store.beginAnswer(to: waiting[0].id, joining: [], lease: lease) == .begun(progress))
            // Turns of that time name no event: there is nothing to answer anew, but the latest can be taken back.
            #expect(try await store.exchange(of: nil, in: key) == nil)
            #expect(try await store.removeLatestExchange(in: key))
            try store.close()
        }
    }
}
