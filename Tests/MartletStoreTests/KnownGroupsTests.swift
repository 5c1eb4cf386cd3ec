import FoundationEssentials
import MartletConversation
import MartletStore
import Testing

@Suite("The groups in a store")
struct KnownGroupsTests {
    @Test("are those of the bot, the latest first, each once")
    func groups() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let store = try SQLiteConversationStore(path: path)
            let bot = BotID(7)
            let keys = [
                ConversationKey(bot: bot, chat: ChatID(-1)), ConversationKey(bot: bot, chat: ChatID(11)),
                ConversationKey(bot: bot, chat: ChatID(-2), thread: ThreadID(5)),
                ConversationKey(bot: bot, chat: ChatID(-2)), ConversationKey(bot: BotID(77), chat: ChatID(-3)),
                ConversationKey(bot: bot, chat: ChatID(-4), user: UserID(11)),
            ]
            for key in keys { try await store.setContextLength(1, for: key) }
            #expect(try KnownGroups.read(storeAt: path, of: bot, limit: 9) == [ChatID(-4), ChatID(-2), ChatID(-1)])
            #expect(try KnownGroups.read(storeAt: path, of: bot, limit: 1) == [ChatID(-4)])
            #expect(try KnownGroups.read(storeAt: path, of: BotID(8), limit: 9) == [])
            try store.close()
        }
    }

    @Test("are not looked for in a file that is no store, and no file is made")
    func noStore() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/nothing.sqlite"
            #expect(throws: StoreError.self) { try KnownGroups.read(storeAt: path, of: BotID(7), limit: 1) }
            #expect((try? Data(contentsOf: URL(filePath: path))) == nil)
        }
    }
}
