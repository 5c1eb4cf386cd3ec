import FoundationEssentials
import MartletConversation
import MartletCore
import MartletStore
import MartletTestSupport
import Testing

@Suite("After the process was killed", .timeLimit(.minutes(2)))
struct RecoveryTests {
    @Test("an answer that was begun is finished in the message that it began in")
    func resumesPartial() async throws {
        var bench = Bench()
        bench.settings.maximumAttempts = .max  // the test looks by beginning
        let event = Bench.event(1, "hello")
        _ = try await bench.store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
        let gate = Gate()
        let service = bench.service(ScriptedLanguageModel { _ in [.say("par"), .wait(for: gate)] })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            service.submit(event)
            while try await bench.store.beginAnswer(to: event.id)?.messages.isEmpty != false {
                try await Task.sleep(for: .milliseconds(2))
            }
            group.cancelAll()
        }
        try await bench.answer([], with: ScriptedLanguageModel.saying("partly no more"))
        #expect(bench.sink.shown.count == 1)
        #expect(bench.sink.shown.first?.resumed == [0: MessageID(1)])
        #expect(bench.sink.finals == ["partly no more"])
    }

    @Test("a settled answer is delivered again without asking the model, and remembered once")
    func resumesDelivery() async throws {
        let bench = Bench()
        let event = Bench.event(1, "hello")
        _ = try await bench.store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
        _ = try await bench.store.beginAnswer(to: event.id)
        try await bench.store.recordMessage(MessageID(50), part: 0, of: event.id)
        try await bench.store.recordFinal(FinalReply(text: "settled", isRemembered: true), of: event.id)
        let model = ScriptedLanguageModel.saying("something else")
        try await bench.answer([], with: model)
        #expect(model.requests.isEmpty)
        #expect(bench.sink.shown.map(\.resumed) == [[0: MessageID(50)]])
        #expect(bench.sink.finals == ["settled"])
        let turns = try await bench.store.conversation(for: event.key, turnLimit: 9).turns
        #expect(turns.map(\.message) == [.user("hello"), .assistant("settled")])
    }

    @Test("a request to stop lets the running answer end, and leaves the waiting ones for the next start")
    func gracefulEnd() async throws {
        var bench = Bench()
        bench.settings.maximumAttempts = .max  // the test looks by beginning
        let events = [Bench.event(1, "running"), Bench.event(2, "waiting")]
        _ = try await bench.store.accept(events.map { ReceivedUpdate(id: $0.id, meaning: .event($0)) })
        let gate = Gate()
        try await bench.run(with: ScriptedLanguageModel { _ in [.say("do"), .wait(for: gate), .say("ne")] }) {
            service in
            for event in events { service.submit(event) }
            while try await bench.store.beginAnswer(to: events[0].id)?.messages.isEmpty != false {
                try await Task.sleep(for: .milliseconds(2))
            }
            service.shutDown()
            gate.open()
        }
        #expect(bench.sink.finals == ["done"])
        #expect(try await bench.store.unfinishedEvents(of: Bench.bot) == [events[1]])
    }

    @Test("an answer that outlives the grace period is cut off and kept for the next start")
    func graceEnds() async throws {
        var bench = Bench()
        bench.settings.gracePeriod = .milliseconds(20)
        let event = Bench.event(1, "hello")
        _ = try await bench.store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
        let model = ScriptedLanguageModel { _ in [.say("on and "), .wait(for: Gate())] }
        try await bench.run(with: model) { service in
            service.submit(event)
            while model.requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        }
        #expect(model.cancelledCount == 1)
        #expect(try await bench.store.unfinishedEvents(of: Bench.bot) == [event])
    }
}

@Suite("While the store fails", .timeLimit(.minutes(2)))
struct StumblingStoreTests {
    @Test("a message waits, and is answered in the same message when the store is back")
    func waits() async throws {
        var bench = Bench()
        bench.store = StumblingStore(failureCount: 2)
        bench.settings.storeRetryInterval = .milliseconds(1)
        try await bench.answer([Bench.event(1, "hello")], with: ScriptedLanguageModel.saying("at last"))
        #expect(bench.sink.finals == ["at last"])
        #expect(bench.sink.shown.first?.resumed == [0: MessageID(1)])
    }
}
