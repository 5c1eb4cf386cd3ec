import MartletConversation
import MartletCore
import MartletStore
import MartletTestSupport
import Testing

@Suite("A bot with documents", .timeLimit(.minutes(2)))
struct KnowledgeBotTests {
    private func bench(_ store: any ConversationStore = MemoryConversationStore()) async throws -> Bench {
        var bench = Bench(store: store)
        bench.companions.knowledge = try await Library().knowledge()
        return bench
    }

    @Test("says in a line what an answer rests on, and remembers neither that nor passages")
    func line() async throws {
        let bench = try await bench()
        let model = ScriptedLanguageModel.saying("Under roofs [1].")
        try await bench.answer([Bench.event(1, "Where do martins build nests?")], with: model)
        #expect(bench.sink.finals == ["Under roofs [1].\n\nSources: [1] birds.md, Martins"])
        #expect(try await bench.history().map(\.content) == ["Where do martins build nests?", "Under roofs [1]."])
    }

    @Test("shows the sources of the last answer, after a restart too, and has the command in its menu")
    func command() async throws {
        let bench = try await bench()
        let model = ScriptedLanguageModel.saying("House martins build them under roofs [1].")
        try await bench.answer(
            [Bench.event(1, "/sources"), Bench.event(2, "Where do martins build nests?")],
            with: model
        )
        let restarted = try await self.bench(bench.store)
        try await restarted.answer([Bench.event(3, "/sources", language: "tr")], with: model)
        #expect(bench.sink.finals.first == "My last answer here comes from no document.")
        #expect(restarted.sink.finals == ["Kaynaklar:\n[1] docs/birds.md, 5. satır (Martins)"])
        var offers = MenuCommand.Offers()
        #expect(!MenuCommand.menu(in: .english, for: .groups, offering: offers).contains { $0.name == "sources" })
        offers.sources = true
        #expect(MenuCommand.menu(in: .russian, for: .groups, offering: offers).contains { $0.name == "sources" })
    }

    @Test("refuses in the chat's language, answers again from the same passages, and goes on with them")
    func again() async throws {
        let bench = try await bench()
        let model = ScriptedLanguageModel { messages in
            [.say(messages.last?.content.contains("Continue") == true ? "of houses [1]" : "Under roofs [1]")]
        }
        let events = [
            Bench.event(1, "Столица Перу?", language: "ru"), Bench.event(2, "Where do martins build nests?"),
            Bench.event(3, "/retry"), Bench.press(4, .proceed, on: 2),
        ]
        try await bench.answer(events, with: model)
        let line = "\n\nSources: [1] birds.md, Martins"
        #expect(
            bench.sink.finals == [
                "В документах об этом ничего не нашлось.", "Under roofs [1]" + line, "Under roofs [1]" + line,
                "of houses [1]" + line,
            ]
        )
        #expect(model.conversations.count == 3)
        for conversation in model.conversations {
            #expect(conversation.contains { $0.content.contains("[1] Birds › Martins (quoted material") })
        }
        #expect(try await bench.history().last?.content == "Under roofs [1] of houses [1]")
    }

    @Test("without documents knows no such command")
    func none() async throws {
        let bench = Bench()
        try await bench.answer([Bench.event(1, "/sources")], with: ScriptedLanguageModel.shouting)
        #expect(bench.sink.finals == [Language.english.text(.unknownCommand)])
    }
}
