import FoundationEssentials
import MartletConversation
import MartletCore
import MartletTestSupport
import Testing

@Suite("The burst collector")
struct BurstCollectorTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    private func event(
        _ update: Int64,
        _ content: InboundEvent.Content,
        _ bundle: MessageBundle? = nil,
        from user: Int64 = 1,
        isPrivate: Bool = true,
        second: Double = 0
    ) -> InboundEvent {
        var event = Bench.event(update, content, isPrivate: isPrivate, from: user)
        event.bundle = bundle
        event.date = Date(timeIntervalSince1970: 1_700_000_000 + second)
        return event
    }

    /// Feeds events at their times and gives the updates of what comes out, together with the time at which it does.
    private func play(_ steps: [(Int, InboundEvent)], until end: Int) -> [(Int, [Int64])] {
        var collector = BurstCollector()
        var results: [(Int, [Int64])] = []
        var wakes: [ContinuousClock.Instant] = []
        func note(_ actions: [BurstCollector.Action], _ time: Int) {
            for action in actions {
                switch action {
                case .release(let incoming): results.append((time, incoming.parts.map(\.id.update)))
                case .wait(let instant): wakes.append(instant)
                }
            }
        }
        for time in 0...end {
            if wakes.contains(at(time)) { note(collector.expire(at: at(time)), time) }
            for (when, event) in steps where when == time { note(collector.add(event, at: at(time)), time) }
        }
        #expect(collector.heldCount == 0, "nothing is held for ever")
        return results
    }

    @Test("joins what it cannot read, so that one word answers it, and lets a text after it alone")
    func wordless() {
        let results = play(
            [
                (0, event(1, .unsupported(kind: "voice"))), (500, event(2, .unsupported(kind: "sticker"), second: 1)),
                (900, event(3, .text("hello"), second: 1)), (2000, event(4, .unsupported(kind: "location"), second: 2)),
            ],
            until: 3000
        )
        #expect(results.map(\.1) == [[1, 2], [3], [4]])
        #expect(results.map(\.0) == [900, 980, 2800])
    }

    @Test("joins an album until nothing more of it comes, and keeps two albums apart")
    func albums() {
        let (a, b) = (MessageBundle(album: "a"), MessageBundle(album: "b"))
        let results = play(
            [
                (0, event(1, .unsupported(kind: "photo"), a)), (300, event(2, .text("look"), a)),
                (700, event(3, .unsupported(kind: "photo"), a)), (900, event(4, .unsupported(kind: "photo"), b)),
            ],
            until: 2000
        )
        #expect(results.map(\.1) == [[1, 2, 3], [4]])
        #expect(results.map(\.0) == [900, 1400])
    }

    @Test("joins forwarded messages with the comment before them, and leaves later ones apart")
    func forwards() {
        let forwarded = MessageBundle(isForwarded: true)
        let results = play(
            [
                (0, event(1, .text("sum this up"))), (40, event(2, .text("x"), forwarded)),
                (130, event(3, .text("y"), forwarded)), (240, event(4, .text("z"), forwarded)),
            ],
            until: 500
        )
        #expect(results.map(\.1) == [[1, 2, 3], [4]])
    }

    @Test("joins the pieces of a long text, whose last piece is not full")
    func pastes() {
        let full = MessageBundle(isFull: true)
        let results = play(
            [
                (0, event(1, .text("a"), full)), (1400, event(2, .text("b"), full, second: 1)),
                (2000, event(3, .text("c"), second: 2)), (2010, event(4, .text("d"), second: 2)),
            ],
            until: 4000
        )
        #expect(results.map(\.1) == [[1, 2, 3], [4]])
    }

    @Test("lets what is complete go at once, in order, and never mixes people or times")
    func passesOn() {
        let forwarded = MessageBundle(isForwarded: true)
        #expect(play([(0, event(1, .text("/help")))], until: 200).map(\.0) == [0])
        #expect(play([(0, event(1, .text("hi"), isPrivate: false))], until: 200).map(\.0) == [0])
        #expect(play([(0, event(1, .stop))], until: 200).map(\.0) == [0])
        let order = play(
            [(0, event(1, .text("hi"))), (10, event(2, .text("/help"))), (20, event(3, .text("ho")))],
            until: 200
        )
        #expect(order.map(\.1) == [[1], [2], [3]])
        let people = play(
            [(0, event(1, .text("x"), forwarded, from: 1)), (10, event(2, .text("y"), forwarded, from: 2))],
            until: 300
        )
        #expect(people.map(\.1) == [[1], [2]])
        // After a restart everything comes at once; what was said apart stays apart.
        let restart = play(
            [(0, event(1, .text("x"), forwarded)), (0, event(2, .text("y"), forwarded, second: 60))],
            until: 300
        )
        #expect(restart.map(\.1) == [[1], [2]])
    }

    @Test("is bounded")
    func bounded() {
        let forwarded = MessageBundle(isForwarded: true)
        let results = play((1...120).map { (Int($0), event($0, .text("x"), forwarded)) }, until: 400)
        #expect(results.map(\.1.count) == [50, 50, 20])
    }

    @Test("makes one question of the parts: words in order, forwarded ones as quotations, remarks only without words")
    func merges() {
        let forwarded = MessageBundle(isForwarded: true)
        var question = Incoming(event(1, .text("what of this?")))
        question.append(event(2, .text("buy!\nnow"), forwarded))
        question.append(event(3, .unsupported(kind: "photo"), forwarded))
        guard case .text(let text) = question.event.content else {
            Issue.record("words are words")
            return
        }
        #expect(text.hasPrefix("what of this?\n\nForwarded message"))
        #expect(text.hasSuffix("> buy!\n> now"))
        #expect(question.event.id == EventID(bot: Bench.bot, update: 1))
        var photos = Incoming(event(1, .unsupported(kind: "photo")))
        photos.append(event(2, .unsupported(kind: "photo")))
        #expect(photos.event.content == .unsupported(kind: "photo"))
    }
}

@Suite("Bursts", .timeLimit(.minutes(2)))
struct BurstTests {
    private func album(_ updates: [(Int64, InboundEvent.Content)]) -> [InboundEvent] {
        updates.map { update, content in
            var event = Bench.event(update, content)
            event.bundle = MessageBundle(album: "a")
            event.date = Date(timeIntervalSince1970: 5)
            return event
        }
    }

    @Test("are answered once and end together; photos without words get one remark")
    func once() async throws {
        let bench = Bench()
        let photos = album([(1, .unsupported(kind: "photo")), (2, .unsupported(kind: "photo"))])
        try await bench.answer(photos, with: nil)
        #expect(bench.sink.finals == [Language.english.text(.onlyText)])
        let captioned = album([(3, .unsupported(kind: "photo")), (4, .text("what a view"))])
        try await bench.answer(captioned, with: ScriptedLanguageModel.shouting)
        #expect(bench.sink.finals.last == "WHAT A VIEW")
        #expect(bench.sink.shown.count == 2)
    }

    @Test("that were begun before a crash are answered with the parts they had then, and the rest on its own")
    func afterCrash() async throws {
        let bench = Bench()
        let parts = album([(1, .text("one")), (2, .text("two")), (3, .text("three"))])
        _ = try await bench.store.accept(parts.map { ReceivedUpdate(id: $0.id, meaning: .event($0)) })
        let lease = Lease(owner: "martlet", lasting: .seconds(1))
        _ = try await bench.store.beginAnswer(to: parts[0].id, joining: [parts[1].id], lease: lease)
        try await bench.answer([], with: ScriptedLanguageModel.shouting)
        #expect(bench.sink.finals == ["ONE\nTWO", "THREE"])
    }
}

@Suite("Claims", .timeLimit(.minutes(2)))
struct LeaseTests {
    @Test("keep a second process away until they expire, and never longer")
    func takesOver() async throws {
        let bench = Bench()
        let event = Bench.event(1, "hello")
        _ = try await bench.store.accept([ReceivedUpdate(id: event.id, meaning: .event(event))])
        let dead = Lease(owner: "dead", lasting: .milliseconds(300))
        _ = try await bench.store.beginAnswer(to: event.id, joining: [], lease: dead)
        try await bench.answer([], with: ScriptedLanguageModel.shouting)
        #expect(Date() >= dead.expiry)
        #expect(bench.sink.finals == ["HELLO"])
    }

    @Test("are renewed while an answer is written, so that nobody takes it over")
    func renews() async throws {
        var bench = Bench()
        bench.settings.leaseDuration = .milliseconds(250)
        let begun = Gate()
        let go = Gate()
        let model = ScriptedLanguageModel { _ in
            begun.open()
            return [.wait(for: go), .say("mine")]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.event(1, "hello"), to: service)
            try await begun.wait()
            for _ in 0..<10 {
                try await Task.sleep(for: .milliseconds(50))
                let other = Lease(owner: "other", lasting: .seconds(1))
                let id = Bench.event(1, "").id
                let start = try await bench.store.beginAnswer(to: id, joining: [], lease: other)
                guard case .held = start else {
                    Issue.record("the claim was lost")
                    break
                }
            }
            go.open()
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == ["mine"])
    }
}
