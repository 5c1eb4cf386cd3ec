import FoundationEssentials
import MartletConversation
import MartletCore
import MartletTestSupport
import Testing

/// Processes that live for one call each, over one store.
@Suite("Answering in calls of their own", .timeLimit(.minutes(2)))
struct OneCallTests {
    private func part(_ update: Int64, _ content: InboundEvent.Content, album: String? = "a") -> InboundEvent {
        var event = Bench.event(update, content)
        event.bundle = album.map { MessageBundle(album: $0) }
        event.date = Date(timeIntervalSince1970: 5)
        return event
    }

    /// A call that accepts an event and answers it, some time after the others began.
    private func call(_ event: InboundEvent, _ bench: Bench, _ service: ConversationService, after pause: Duration)
        async throws
    {
        try await Task.sleep(for: pause)
        let accepted = try await bench.store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
        await service.answer(accepted, until: .now + .seconds(20))
    }

    @Test("the parts of an album that come through calls of their own are one question, in one process and in several")
    func album() async throws {
        for isShared in [true, false] {
            var bench = Bench()
            bench.settings.burstPauses.album = .milliseconds(400)
            let model = ScriptedLanguageModel.shouting
            let parts = [
                part(1, .unsupported(kind: "photo")), part(2, .text("what is this?")),
                part(3, .unsupported(kind: "photo")),
            ]
            let shared = bench.service(model)
            try await withThrowingTaskGroup(of: Void.self) { calls in
                for (index, event) in parts.enumerated() {
                    let service = isShared ? shared : bench.service(model)
                    calls.addTask { [bench] in
                        try await call(event, bench, service, after: .milliseconds(100 * index))
                    }
                }
                try await calls.waitForAll()
            }
            #expect(bench.sink.finals == ["WHAT IS THIS?"])
            #expect(bench.sink.shown.first?.event.update == 1)
            #expect(model.requests.count == 1)
            #expect(try await bench.store.unfinishedEvents(of: Bench.bot).isEmpty)
        }
    }

    @Test("a part whose first call has died is answered with it by the next")
    func orphan() async throws {
        let bench = Bench()
        let first = part(1, .text("look at"))
        _ = try await bench.store.accept([ReceivedUpdate(id: first.id, meaning: .event(first))])
        let model = ScriptedLanguageModel.shouting
        try await call(part(2, .text("these")), bench, bench.service(model), after: .zero)
        #expect(bench.sink.finals == ["LOOK AT\nTHESE"])
        #expect(try await bench.store.unfinishedEvents(of: Bench.bot).isEmpty)
    }

    @Test("questions that do not belong together stay apart, and a part that comes too late is one of its own")
    func apart() async throws {
        var bench = Bench()
        bench.settings.burstPauses.album = .milliseconds(50)
        let model = ScriptedLanguageModel.shouting
        for event in [part(1, .text("one")), part(2, .text("two"), album: "b"), part(3, .text("late"))] {
            try await call(event, bench, bench.service(model), after: .zero)
        }
        #expect(bench.sink.finals == ["ONE", "TWO", "LATE"])
    }

    @Test("a stop through another call takes effect within the interval that is set")
    func stops() async throws {
        var bench = Bench()
        bench.settings.stopInterval = .milliseconds(100)
        bench.settings.leaseDuration = .seconds(30)
        let begun = Gate()
        let model = ScriptedLanguageModel { _ in
            begun.open()
            return [.say("a beginning"), .pause(.seconds(20)), .say(" and an end")]
        }
        let question = Bench.event(1, "go on for ever")
        let asking = bench.service(model)
        let stopping = bench.service(model)
        try await withThrowingTaskGroup(of: Void.self) { calls in
            calls.addTask { [bench] in try await call(question, bench, asking, after: .zero) }
            try await begun.wait()
            let asked = ContinuousClock.now
            try await call(Bench.event(2, "/stop"), bench, stopping, after: .zero)
            try await calls.waitForAll()
            // A fifth of the claim would be six seconds.
            #expect(ContinuousClock.now - asked < .seconds(3))
        }
        #expect(bench.sink.finals.first?.contains("a beginning") == true)
    }
}
