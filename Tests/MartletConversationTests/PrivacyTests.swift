import FoundationEssentials
import MartletConversation
import MartletCore
import MartletStore
import MartletTestSupport
import Testing

@Suite("Privacy")
struct PrivacyTests {
    private let bot = BotID(7)
    private let date = Date(timeIntervalSince1970: 1_800_000_000)

    /// A store in which two people have talked.
    private func filled() async throws -> any ConversationStore & PersonalDataStore {
        let store: any ConversationStore & PersonalDataStore = MemoryConversationStore()
        for user in [5, 6] as [Int64] {
            let event = Bench.event(user, "hello", chat: user)
            _ = try await store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
            let turns = [Turn(.user("hello"), date: date), Turn(.assistant("hi"), date: date)]
            try await store.finish(event.id, as: .answered, remembering: turns, in: event.key)
        }
        return store
    }

    private func turnCount(_ store: any ConversationStore, _ user: Int64) async throws -> Int {
        let key = ConversationKey(bot: bot, chat: ChatID(user))
        return try await store.conversation(for: key, turnLimit: 9).turns.count
    }

    @Test(
        "erasing takes what models kept of the person's conversations, before and after the store's own, and of no other"
    )
    func keptPrompts() async throws {
        let store = try await filled()
        let model = ScriptedLanguageModel { _ in [] }
        let data = PersonalData(store: store, models: [model], timeZone: .gmt)
        try await data.erase(UserID(5), bot: bot)
        #expect(model.erasedOwners == ["7:5:-:-", "7:5:-:-"])
        #expect(try await turnCount(store, 5) == 0)
        #expect(try await turnCount(store, 6) == 2)
        try await data.erase(UserID(5), bot: bot)
        #expect(model.erasedOwners.count == 2, "a second time there is nothing left")
    }

    @Test("what is older than the retention is forgotten, what models kept of it too")
    func retention() async throws {
        let store = try await filled()
        let model = ScriptedLanguageModel { _ in [] }
        let date = date
        func sweep(afterDays days: Double) async throws {
            let sweep = RetentionSweep(
                store: store,
                models: [model],
                retention: .seconds(86_400 * 30),
                now: { date + days * 86_400 }
            )
            try await sweep.sweep(bot: bot)
        }
        try await sweep(afterDays: 29)
        #expect(try await turnCount(store, 5) == 2)
        #expect(model.erasedOwners.isEmpty)
        try await sweep(afterDays: 31)
        #expect(try await turnCount(store, 5) == 0)
        #expect(model.erasedOwners == ["7:5:-:-", "7:6:-:-"])
    }

    @Test(
        "the policy says in each language who sees the words, how long they stay and how to erase them",
        arguments: Language.allCases
    )
    func policy(language: Language) {
        let local = PrivacyPolicy(readers: .init(of: [ScriptedLanguageModel { _ in [] }]), extraText: "Ada's bakery.")
        let hosted = PrivacyPolicy(readers: .providers(["Anthropic", "Bedrock"]), retentionDays: 30)
        #expect(local.readers == .nobody)
        for text in [local.text(in: language), hosted.text(in: language)] {
            for command in ["/mydata", "/forgetme", "/reset"] { #expect(text.contains(command)) }
            #expect(text.utf16.count < 4096, "it fits into one message")
        }
        #expect(local.text(in: language).hasSuffix("Ada's bakery."))
        #expect(!local.text(in: language).contains("30"))
        #expect(hosted.text(in: language).contains("Anthropic, Bedrock"))
        #expect(hosted.text(in: language).contains("30"))
    }
}
