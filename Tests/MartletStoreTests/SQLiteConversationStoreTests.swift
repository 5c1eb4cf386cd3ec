import FoundationEssentials
import GRDB
import MartletConversation
import MartletCore
import MartletStore
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("The SQLite store")
struct SQLiteConversationStoreTests {
    private let bot = BotID(7)

    private func event(_ update: Int64, text: String) -> InboundEvent {
        InboundEvent(
            id: EventID(bot: bot, update: update),
            key: ConversationKey(bot: bot, chat: ChatID(1)),
            isPrivate: true,
            message: MessageID(update),
            sender: .init(id: UserID(5), name: "Ada"),
            date: Date(timeIntervalSince1970: 0),
            content: .text(text)
        )
    }

    private func mode(of path: String) throws -> Int {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return Int(status.st_mode & 0o777)
    }

    @Test("keeps everything when the file is opened again")
    func reopens() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let first = try SQLiteConversationStore(path: path)
            let one = event(1, text: "one")
            let two = event(2, text: "two")
            _ = try await first.accept([one, two].map { ReceivedUpdate(id: $0.id, meaning: .event($0)) })
            try await first.finish(
                one.id,
                as: .answered,
                remembering: [Turn(.user("one"), date: one.date)],
                in: one.key
            )
            _ = try await first.beginAnswer(to: two.id)
            try await first.recordMessage(MessageID(9), part: 0, of: two.id)
            try await first.setContextLength(3, for: one.key)
            // Not closed: a killed process does not close either.
            let second = try SQLiteConversationStore(path: path)
            #expect(try await second.unfinishedEvents(of: bot) == [two])
            #expect(
                try await second.beginAnswer(to: two.id) == AnswerProgress(attempt: 2, messages: [0: MessageID(9)])
            )
            let conversation = try await second.conversation(for: one.key, turnLimit: 5)
            #expect(conversation.turns.map(\.message) == [.user("one")])
            #expect(conversation.contextLength == 3)
            withExtendedLifetime(first) {}
        }
    }

    @Test("drops what was said from an update's record when the event ends")
    func forgetsContent() async throws {
        try await withTemporaryFolder { folder in
            let store = try SQLiteConversationStore(path: folder + "/store.sqlite")
            let one = event(1, text: "a secret")
            _ = try await store.accept([ReceivedUpdate(id: one.id, meaning: .event(one))])
            try await store.recordFinal(FinalReply(text: "an answer", isRemembered: true), of: one.id)
            try await store.finish(one.id, as: .answered, remembering: [], in: one.key)
            let queue = try DatabaseQueue(path: store.path)
            let isEmpty = try await queue.read { database in
                try Bool.fetchOne(database, sql: "SELECT event IS NULL AND final_text IS NULL FROM received_update")
            }
            #expect(isEmpty == true)
        }
    }

    @Test("makes its folder and a file that only the owner may read")
    func isPrivate() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/deep/er/store.sqlite"
            let store = try SQLiteConversationStore(path: path)
            _ = try await store.accept([ReceivedUpdate(id: EventID(bot: bot, update: 1), meaning: .ignored(reason: ""))]
            )
            for file in [path, path + "-wal"] {
                #expect(try mode(of: file) == 0o600, "\(file)")
            }
            #expect(try mode(of: folder + "/deep") == 0o700)
        }
    }

    @Test("says what to do when no room is left, and keeps what it had")
    func full() async throws {
        try await withTemporaryFolder { folder in
            var options = SQLiteConversationStore.Options()
            options.maximumPageCount = 96
            let store = try SQLiteConversationStore(path: folder + "/store.sqlite", options: options)
            let small = event(1, text: "small")
            _ = try await store.accept([ReceivedUpdate(id: small.id, meaning: .event(small))])
            let large = event(2, text: String(repeating: "large ", count: 100_000))
            let error = await #expect(throws: StoreError.self) {
                try await store.accept([ReceivedUpdate(id: large.id, meaning: .event(large))])
            }
            #expect(error?.code == .full)
            #expect(error?.description.contains("free space") == true)
            #expect(error?.description.contains("large large") == false, "chat text must not be in errors")
            #expect(try await store.unfinishedEvents(of: bot) == [small])
        }
    }

    @Test("says what to do when another process holds the database")
    func locked() async throws {
        try await withTemporaryFolder { folder in
            var options = SQLiteConversationStore.Options()
            options.lockTimeout = .milliseconds(50)
            let store = try SQLiteConversationStore(path: folder + "/store.sqlite", options: options)
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            let other = try DatabaseQueue(path: store.path, configuration: configuration)
            try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
            let error = await #expect(throws: StoreError.self) {
                try await store.accept([ReceivedUpdate(id: EventID(bot: bot, update: 1), meaning: .ignored(reason: ""))]
                )
            }
            #expect(error?.code == .locked)
            #expect(error?.description.contains("stop the other martlet") == true)
            try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        }
    }

    @Test("says what to do when the file is damaged or no database")
    func corrupted() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            try Data(repeating: 0x5A, count: 8192).write(to: URL(filePath: path))
            let error = #expect(throws: StoreError.self) { try SQLiteConversationStore(path: path) }
            #expect(error?.code == .corrupted)
            #expect(error?.description.contains("move it away") == true)
        }
    }

    @Test("says what to do when the place cannot be written")
    func notAccessible() async throws {
        try await withTemporaryFolder { folder in
            try Data().write(to: URL(filePath: folder + "/file"))
            let error = #expect(throws: StoreError.self) {
                try SQLiteConversationStore(path: folder + "/file/store.sqlite")
            }
            #expect(error?.code == .notAccessible)
            #expect(error?.description.contains("store.path") == true)
        }
    }

    @Test("refuses a file of a later version")
    func tooRecent() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            try SQLiteConversationStore(path: path).close()
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')") }
            let error = #expect(throws: StoreError.self) { try SQLiteConversationStore(path: path) }
            #expect(error?.code == .tooRecent)
        }
    }

    @Test("is locked for a bot once, and free again when the lock is gone")
    func lock() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let first = try StoreLock(besideStoreAt: path, name: "7")
            #expect(first != nil)
            #expect(try StoreLock(besideStoreAt: path, name: "7") == nil)
            #expect(try StoreLock(besideStoreAt: path, name: "8") != nil)
            withExtendedLifetime(first) {}
            let error = #expect(throws: StoreError.self) {
                _ = try StoreLock(besideStoreAt: folder + "/missing/store.sqlite", name: "7")
            }
            #expect(error?.code == .notAccessible)
        }
        try await withTemporaryFolder { folder in
            _ = try StoreLock(besideStoreAt: folder + "/store.sqlite", name: "7")
            #expect(try StoreLock(besideStoreAt: folder + "/store.sqlite", name: "7") != nil)
        }
    }

    @Test("stands where the data folder is, or under the home folder")
    func standardPath() {
        let path = SQLiteConversationStore.standardPath
        #expect(path(["XDG_DATA_HOME": "/data", "HOME": "/home/ada"]) == "/data/martlet/martlet.sqlite")
        #expect(path(["HOME": "/home/ada"]) == "/home/ada/.local/share/martlet/martlet.sqlite")
        #expect(path(["XDG_DATA_HOME": "relative", "HOME": "/h"]) == "/h/.local/share/martlet/martlet.sqlite")
    }
}
