import FoundationEssentials
import MartletConversation
import MartletCore
import MartletTestSupport
import Testing

@Suite("The context", .timeLimit(.minutes(2)))
struct ContextTests {
    @Test("has as many past messages as fit the budget of tokens, whole ones, the question always")
    func budget() async throws {
        var bench = Bench()
        let text = String(repeating: "seven b", count: 10)  // 70 bytes, 20 tokens
        bench.settings.maximumContextTokens = 100  // three more messages of 24
        let model = ScriptedLanguageModel.shouting
        try await bench.answer((0..<4).map { Bench.event($0, text) }, with: model)
        #expect(model.conversations.map(\.count) == [1, 3, 3, 3])
        try await bench.answer([Bench.event(9, String(repeating: "x", count: 2000))], with: model)
        #expect(model.conversations.last?.count == 1)
    }

    @Test(
        "is summed up where it no longer fits, quietly; the summary is a note, goes on, and is erased with the history"
    )
    func summary() async throws {
        var bench = Bench()
        bench.settings.contextLength = 2
        bench.settings.summarizesHistory = true
        let model = ScriptedLanguageModel { messages in
            guard messages.first?.role == .system, messages.last?.content.contains("Person:") == true else {
                return [.say("ok")]
            }
            return [.say("notes \(messages.last?.content.contains("notes") == true ? 2 : 1)")]
        }
        let key = Bench.event(1, "").key
        func summary() async throws -> String? {
            try await bench.store.conversation(for: key, turnLimit: 0).summary?.text
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "my name is Ada"), Bench.event(2, "b"), to: service)
            try await bench.untilFinished()
            #expect(try await summary() == nil)
            try await bench.submit(Bench.event(3, "c"), to: service)
            try await bench.until { try await summary() == "notes 1" }
            try await bench.submit(Bench.event(4, "d"), Bench.event(5, "e"), to: service)
            try await bench.until { try await summary() == "notes 2" }
        }
        #expect(model.requests.filter { $0.priority == .background }.count == 2)
        let last = model.requests.last { $0.priority == .interactive }
        guard case .messages(let messages) = last?.input else {
            Issue.record("there was no question")
            return
        }
        #expect(messages.first?.content.contains("> notes 1") == true)
        #expect(messages.count == 4)
        try await bench.answer([Bench.event(6, "/reset"), Bench.event(7, "f")], with: model)
        #expect(try await summary() == nil)
        #expect(model.conversations.last == [.user("f")])
    }
}

@Suite("Answers for one call", .timeLimit(.minutes(2)))
struct OneShotTests {
    @Test("come without a long process, more than once, and return when everything is finished")
    func answers() async throws {
        let bench = Bench()
        let service = bench.service(ScriptedLanguageModel.shouting)
        for update in 1...2 as ClosedRange<Int64> {
            let event = Bench.event(update, "m\(update)")
            _ = try await bench.store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
            await service.answer([event])
            #expect(try await bench.store.unfinishedEvents(of: Bench.bot) == [])
        }
        #expect(bench.sink.finals == ["M1", "M2"])
    }

    @Test("are cut off at the deadline, delivered and marked; what was not begun stays")
    func deadline() async throws {
        let bench = Bench()
        let model = ScriptedLanguageModel { _ in [.say("half"), .wait(for: Gate())] }
        let events = [Bench.event(1, "one"), Bench.event(2, "two")]
        _ = try await bench.store.accept(events.map { ReceivedUpdate(id: $0.id, meaning: .event($0)) })
        await bench.service(model).answer(events, until: .now + .milliseconds(300))
        #expect(bench.sink.finals == ["half\n\n" + Language.english.text(.outOfTime)])
        #expect(bench.sink.replies.last?.actions == [.regenerate, .proceed])
        #expect(try await bench.store.unfinishedEvents(of: Bench.bot) == [events[1]])
        #expect(try await bench.history() == [.user("one"), .assistant("half")])
    }
}
