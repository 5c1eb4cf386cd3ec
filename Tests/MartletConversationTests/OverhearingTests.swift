import MartletConversation
import MartletCore
import MartletTestSupport
import Testing

@Suite("What is said in a group and not to the bot", .timeLimit(.minutes(2)))
struct OverhearingTests {
    private func event(
        _ update: Int64,
        _ text: String,
        to addressing: InboundEvent.Addressing = .none,
        name: String = "Ada"
    ) -> InboundEvent {
        var event = Bench.event(update, text, chat: -5, isPrivate: false, from: 8, name: name)
        event.addressing = addressing
        return event
    }

    private let key = ConversationKey(bot: Bench.bot, chat: ChatID(-5))

    private func bench(readsAlong: Bool?) async throws -> Bench {
        var bench = Bench()
        bench.settings.offersReadingAlong = true
        try await bench.store.updateSettings(of: key) { $0.readsAlong = readsAlong }
        return bench
    }

    @Test("is remembered where the group chose so, without an answer, and the model sees it with the next question")
    func remembered() async throws {
        let bench = try await bench(readsAlong: true)
        let model = ScriptedLanguageModel.saying("ok")
        try await bench.answer(
            [
                event(1, "the train leaves at 9"), event(2, "at 8, I think", name: "Bob"),
                event(3, "when does it leave?", to: .mention),
            ],
            with: model
        )
        #expect(bench.sink.finals == ["ok"])
        #expect(
            model.conversations.map { $0.filter { $0.role == .user }.map(\.content) } == [
                ["[Ada]: the train leaves at 9\n[Bob]: at 8, I think\n[Ada]: when does it leave?"]
            ]
        )
    }

    @Test("is forgotten where the group did not choose, or where nobody may", arguments: [nil, false] as [Bool?])
    func forgotten(choice: Bool?) async throws {
        var bench = try await bench(readsAlong: choice)
        try await bench.answer([event(1, "secret")], with: ScriptedLanguageModel.saying("ok"))
        #expect(try await bench.history(chat: -5).isEmpty)
        bench.settings.offersReadingAlong = false
        try await bench.store.updateSettings(of: key) { $0.readsAlong = true }
        try await bench.answer([event(2, "secret")], with: ScriptedLanguageModel.saying("ok"))
        #expect(try await bench.history(chat: -5).isEmpty)
        #expect(bench.sink.shown.isEmpty)
    }

    @Test("neither waits behind an answer nor stops it, is never refused, and never answered anew")
    func aside() async throws {
        var bench = try await bench(readsAlong: true)
        bench.settings.busyPolicy = .replace
        bench.settings.maximumWaitingPerChat = 1
        let begun = Gate()
        let go = Gate()
        let model = ScriptedLanguageModel { _ in
            begun.open()
            return [.wait(for: go), .say("an answer")]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(event(1, "a question", to: .mention), to: service)
            try await begun.wait()
            for update in 2...9 { try await bench.submit(event(Int64(update), "chatter"), to: service) }
            go.open()
            try await bench.untilFinished()
            try await bench.submit(event(20, "/retry", to: .command), to: service)
            try await bench.untilFinished()
        }
        #expect(bench.sink.finals == ["an answer", "an answer"])
        #expect(model.conversations.last?.last?.content == "[Ada]: a question")
    }

    @Test("can be chosen in a group's settings, and only there")
    func choice() async throws {
        let bench = try await bench(readsAlong: nil)
        // One after the other: chats are answered side by side.
        try await bench.answer([event(1, "/settings", to: .command)], with: nil)
        try await bench.answer([Bench.event(2, "/settings")], with: nil)
        let replies = bench.sink.replies
        #expect(replies[0].choices.last?.map(\.value) == ["along:on", "along:off!"])
        #expect(replies[0].audience == .asker)
        #expect(replies[1].choices.joined().allSatisfy { !$0.value.hasPrefix("along") })
        try await bench.answer(
            [Bench.press(3, .choose("along:on"), on: 1, owner: nil, chat: -5, isPrivate: false)],
            with: nil
        )
        #expect(try await bench.store.conversation(for: key, turnLimit: 0).settings.readsAlong == true)
        try await bench.answer([Bench.press(4, .choose("along:on"), on: 2)], with: nil)
        let own = ConversationKey(bot: Bench.bot, chat: ChatID(1))
        #expect(try await bench.store.conversation(for: own, turnLimit: 0).settings.readsAlong == nil)
    }
}
