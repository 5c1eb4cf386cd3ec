import MartletConversation
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

/// Admits by text.
private struct Door: Admitting {
    func admit(_ event: InboundEvent) async throws -> Admission {
        guard case .text(let text) = event.content else { return .admitted }
        if text.hasPrefix("stranger") { return .refused(FinalReply(text: "who are you?", isRemembered: false)) }
        return text.hasPrefix("noise") ? .ignored : .admitted
    }
}

/// Notes what is reserved and settled.
private final class ScriptedPurse: Budgeting {
    private let state = Mutex((reserved: [EventID](), settled: [Usage?](), failuresLeft: 1))
    var reserved: [EventID] { state.withLock { $0.reserved } }
    var settled: [Usage?] { state.withLock { $0.settled } }
    struct Stuck: Error {}

    func reserve(tokens: Int, for event: InboundEvent) async throws -> Reservation {
        state.withLock { $0.reserved.append(event.id) }
        guard case .text("too much") = event.content else { return .granted }
        return .exhausted(FinalReply(text: "that is all for today", isRemembered: false))
    }

    func settle(_ event: InboundEvent, usage: Usage?) async throws {
        try state.withLock { state in
            guard state.failuresLeft == 0 else {
                state.failuresLeft -= 1
                throw Stuck()
            }
            state.settled.append(usage)
        }
    }
}

/// Takes membership events.
private struct Desk: EventTaking {
    func handle(_ event: InboundEvent) async throws -> Bool {
        if case .membership = event.content { true } else { false }
    }
}

@Suite("Policies", .timeLimit(.minutes(2)))
struct PolicyTests {
    @Test("decide before anything else, and strangers cost nothing")
    func admits() async throws {
        let purse = ScriptedPurse()
        var bench = Bench()
        bench.companions.admitting = Door()
        bench.companions.budgeting = purse
        bench.settings.storeRetryInterval = .milliseconds(1)
        let model = ScriptedLanguageModel.shouting
        try await bench.answer(
            [Bench.event(1, "stranger"), Bench.event(2, "noise"), Bench.event(3, "too much"), Bench.event(4, "hello")],
            with: model
        )
        #expect(bench.sink.finals == ["who are you?", "that is all for today", "HELLO"])
        #expect(purse.reserved.map(\.update) == [3, 4])
        #expect(purse.settled == [Usage(promptTokenCount: 1, generatedTokenCount: 1)])
        #expect(model.requests.count == 1)
    }

    @Test("see every cost settled: of failures, of stops, and of what nobody can be shown")
    func settles() async throws {
        struct Broken: Error {}
        let purse = ScriptedPurse()
        var bench = Bench()
        bench.companions.budgeting = purse
        bench.settings.storeRetryInterval = .milliseconds(1)
        try await bench.answer([Bench.event(1, "a")], with: ScriptedLanguageModel { _ in [.fail(Broken())] })
        #expect(purse.settled == [nil])
        let spoken = Gate()
        let endless = ScriptedLanguageModel { _ in
            [
                .say("a"),
                .waitUntil {
                    spoken.open(); return false
                },
            ]
        }
        try await bench.run(with: endless) { service in
            try await bench.submit(Bench.event(2, "b"), to: service)
            try await spoken.wait()
            try await bench.submit(Bench.event(3, "/stop"), to: service)
            try await bench.untilFinished()
        }
        #expect(purse.settled.count == 2)
        #expect(purse.settled.last??.generatedTokenCount == 1)
        bench.sink = RecordingSink(outcome: .undeliverable)
        try await bench.answer(
            [Bench.event(4, "c")],
            with: ScriptedLanguageModel { _ in [.say("a"), .wait(for: Gate())] }
        )
        #expect(purse.settled.count == 3)
    }

    @Test("leave events that are somebody else's to them")
    func takers() async throws {
        var bench = Bench()
        bench.companions.takers = [Desk()]
        let joined = Bench.event(
            1,
            .membership(Membership(isMember: true, wasMember: false)),
            chat: -5,
            isPrivate: false
        )
        try await bench.answer([joined, Bench.event(2, "hello")], with: ScriptedLanguageModel.shouting)
        #expect(bench.sink.finals == ["HELLO"])
    }
}
