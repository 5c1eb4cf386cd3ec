import MartletConversation
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

/// Models by name.
private struct Shelf: ModelChoosing {
    var models: [(String, ScriptedLanguageModel)]
    var names: [String] { models.map(\.0) }
    func isReady(_ name: String) -> Bool { true }
    func model(named name: String) -> (any LanguageModel)? { models.first { $0.0 == name }?.1 }
    func eraseKeptPrompts(of owner: String) async {
        for (_, model) in models { await model.eraseKeptPrompts(of: owner) }
    }
}

/// Models that have to be made ready first, which may fail.
private final class SlowShelf: ModelChoosing {
    struct Missing: Error {}
    let names = ["usual", "large", "broken"]
    let large: ScriptedLanguageModel
    private let isMade = Mutex(false)

    init(_ large: ScriptedLanguageModel) { self.large = large }

    func isReady(_ name: String) -> Bool { name == "usual" || name == "large" && isMade.withLock { $0 } }

    func model(named name: String) async throws -> (any LanguageModel)? {
        if name == "broken" { throw Missing() }
        guard name == "large" else { return nil }
        isMade.withLock { $0 = true }
        return large
    }

    func eraseKeptPrompts(of owner: String) async {}
}

/// Personal data in a drawer.
private actor Drawer: PersonalDataKeeping, UsageReporting {
    private(set) var erased: [UserID] = []
    func export(of user: UserID, bot: BotID) async throws -> [UInt8] { Array(#"{"user":\#(user)}"#.utf8) }
    func erase(_ user: UserID, bot: BotID) async throws { erased.append(user) }
    func usageReport(for event: InboundEvent, language: Language) async throws -> String {
        "used: \(language.rawValue)"
    }
}

@Suite("Commands", .timeLimit(.minutes(2)))
struct CommandTests {
    private let english = Language.english

    @Test("/new puts the conversation away, /undo takes the last exchange back")
    func history() async throws {
        let bench = Bench()
        let model = ScriptedLanguageModel.shouting
        let texts = ["/undo", "a", "b", "/undo", "c", "/new", "d", "/undo", "/undo"]
        try await bench.answer(texts.enumerated().map { Bench.event(Int64($0), $1) }, with: model)
        #expect(
            bench.sink.finals == [
                english.text(.nothingToUndo), "A", "B", english.text(.undone), "C", english.text(.begunAfresh), "D",
                english.text(.undone), english.text(.nothingToUndo),
            ]
        )
        #expect(model.conversations[2] == [.user("a"), .assistant("A"), .user("c")])
        #expect(model.conversations[3] == [.user("d")])
        #expect(model.erasedOwners.isEmpty, "what is put away is not erased")
    }

    @Test("/retry and the button answer anew in the old messages; the history holds the new answer only")
    func retries() async throws {
        let bench = Bench()
        let acting = RecordingActions()
        var pressing = bench
        pressing.companions.acting = acting
        try await bench.answer([Bench.event(1, "/retry")], with: nil)
        #expect(bench.sink.finals == [english.text(.nothingToRetry)])
        try await bench.answer([Bench.event(2, "q"), Bench.event(3, "r")], with: ScriptedLanguageModel.saying("first"))
        #expect(bench.sink.replies.last?.actions == [.regenerate])
        let second = ScriptedLanguageModel.saying("second")
        try await bench.answer([Bench.event(4, "/retry")], with: second)
        #expect(second.conversations == [[.user("q"), .assistant("first"), .user("r")]])
        #expect(bench.sink.shown.last?.event.update == 3, "its buttons name the question")
        #expect(bench.sink.shown.last?.resumed == [0: MessageID(3)])
        let third = ScriptedLanguageModel.saying("third")
        try await pressing.answer([Bench.press(5, .regenerate, on: 2)], with: third)
        #expect(third.conversations == [[.user("q")]])
        #expect(bench.sink.shown.last?.resumed == [0: MessageID(2)])
        #expect(acting.presses == [.init(query: "query-5", text: nil, isAlert: false)])
        #expect(
            try await bench.history() == [.user("q"), .assistant("third"), .user("r"), .assistant("second")]
        )
    }

    @Test("the button to go on writes a message of its own, and the history holds one answer")
    func proceeds() async throws {
        let bench = Bench()
        let summary = GenerationSummary(reason: .length, usage: Usage(promptTokenCount: 1, generatedTokenCount: 2))
        let cut = ScriptedLanguageModel { _ in [.say("one two"), .report(.finished(summary))] }
        try await bench.answer([Bench.event(1, "count")], with: cut)
        #expect(bench.sink.replies.last?.actions == [.regenerate, .proceed])
        let rest = ScriptedLanguageModel.saying("three four")
        try await bench.answer([Bench.press(2, .proceed, on: 1)], with: rest)
        #expect(bench.sink.shown.last?.resumed == [:])
        #expect(bench.sink.finals == ["one two", "three four"])
        #expect(rest.conversations.first?.prefix(2) == [.user("count"), .assistant("one two")])
        #expect(rest.conversations.first?.count == 3)
        #expect(try await bench.history() == [.user("count"), .assistant("one two three four")])
        // Another answer takes both messages.
        try await bench.answer([Bench.press(3, .regenerate, on: 1)], with: ScriptedLanguageModel.saying("5"))
        #expect(bench.sink.shown.last?.resumed == [0: MessageID(1), 1: MessageID(2)])
        #expect(try await bench.history() == [.user("count"), .assistant("5")])
    }

    @Test("a failed answer can be asked again; a button from before /new or of somebody else's is refused kindly")
    func refusals() async throws {
        struct Broken: Error {}
        let acting = RecordingActions()
        var bench = Bench()
        bench.companions.acting = acting
        try await bench.answer([Bench.event(1, "q")], with: ScriptedLanguageModel { _ in [.fail(Broken())] })
        #expect(bench.sink.replies.last?.actions == [.regenerate])
        try await bench.answer([Bench.press(2, .regenerate, on: 1)], with: ScriptedLanguageModel.saying("fine"))
        #expect(try await bench.history() == [.user("q"), .assistant("fine")])
        try await bench.answer(
            [
                Bench.press(3, .regenerate, on: 1, owner: 8, from: 9), Bench.event(4, "/new"),
                Bench.press(5, .regenerate, on: 1), Bench.press(6, .choose("nonsense"), on: 1),
                Bench.event(7, .press(.meaningless(query: "query-7", bot: Bench.bot))),
            ],
            with: ScriptedLanguageModel.saying("never")
        )
        #expect(
            acting.presses.dropFirst().map(\.text) == [
                english.text(.onlyAskerMay), english.text(.noLongerKnown), english.text(.noLongerKnown),
                english.text(.noLongerKnown),
            ]
        )
        #expect(acting.presses.dropFirst().allSatisfy { $0.isAlert })
    }

    @Test("a button that is pressed again while its answer is written is acknowledged and asks nothing more")
    func pressedAgain() async throws {
        let acting = RecordingActions()
        var bench = Bench()
        bench.companions.acting = acting
        try await bench.answer([Bench.event(1, "q")], with: ScriptedLanguageModel.saying("first"))
        let (begun, gate) = (Gate(), Gate())
        let model = ScriptedLanguageModel { _ in
            [
                .say("an"),
                .waitUntil {
                    begun.open()
                    return true
                },
                .wait(for: gate), .say("other"),
            ]
        }
        try await bench.run(with: model) { service in
            try await bench.submit(Bench.press(2, .regenerate, on: 1), to: service)
            try await begun.wait()
            try await bench.submit(Bench.press(3, .regenerate, on: 1), Bench.press(4, .regenerate, on: 1), to: service)
            try await bench.until { acting.presses.count == 3 }
            gate.open()
            try await bench.untilFinished()
        }
        #expect(model.requests.count == 1)
        #expect(Set(acting.presses.map(\.query)) == ["query-2", "query-3", "query-4"])
        #expect(try await bench.history() == [.user("q"), .assistant("another")])
        try await bench.answer([Bench.press(5, .regenerate, on: 1)], with: ScriptedLanguageModel.saying("later"))
        #expect(try await bench.history().last == .assistant("later"), "a later press asks again")
    }

    @Test("what is chosen already is confirmed, and the menu left alone")
    func chosenAlready() async throws {
        let acting = RecordingActions()
        var bench = Bench()
        bench.companions.acting = acting
        try await bench.answer([Bench.event(1, "/settings")], with: nil)
        let ticked = bench.sink.replies[0].choices.joined().filter { $0.label.hasPrefix("✓ ") }
        #expect(ticked.map(\.label) == ["✓ In turn", "✓ Hide thoughts", "✓ Plain"])
        let presses = ticked.enumerated().map { index, choice in
            Bench.press(Int64(index) + 2, .choose(choice.value), on: 1)
        }
        try await bench.answer(presses, with: nil)
        #expect(acting.changes.isEmpty)
        #expect(acting.presses.map(\.text) == [String](repeating: english.text(.alreadySo), count: 3))
        // An old menu's tick chooses where things have changed since.
        try await bench.answer(
            [Bench.press(8, .choose("busy:replace"), on: 1), Bench.press(9, .choose(ticked[0].value), on: 1)],
            with: nil
        )
        #expect(acting.changes.count == 2)
        #expect(acting.changes.last?.reply.choices[0][0].label == "✓ In turn")
    }

    @Test("buttons are in the language that the chat chose, not in the app's")
    func languageOfButtons() async throws {
        let bench = Bench()
        try await bench.answer(
            [Bench.event(1, "/lang русский"), Bench.event(2, "hi"), Bench.event(3, "/retry")],
            with: ScriptedLanguageModel.saying("hello")
        )
        #expect(bench.sink.shown.suffix(2).map(\.languageCode) == ["ru", "ru"])
    }

    @Test("models, personas and languages are chosen by name or by button, last, and are used")
    func choices() async throws {
        let acting = RecordingActions()
        let (small, large) = (ScriptedLanguageModel.saying("small"), ScriptedLanguageModel.saying("large"))
        var bench = Bench()
        bench.companions.acting = acting
        bench.companions.models = Shelf(models: [("small", small), (String(repeating: "large", count: 30), large)])
        bench.settings.personas = [PersonaPreset(name: "Pirate", template: "Arr, {bot_name}!")]
        try await bench.answer(
            [Bench.event(1, "/model"), Bench.event(2, "/persona"), Bench.event(3, "/lang")],
            with: small
        )
        let offered = bench.sink.replies.map { $0.choices.flatMap { $0 } }
        #expect(offered.map(\.count) == [2, 2, 3])
        #expect(offered.allSatisfy { $0.allSatisfy { $0.value.utf8.count <= 24 } })
        let presses = [offered[0][1], offered[1][1], offered[2][2]].enumerated().map { index, choice in
            Bench.press(Int64(index) + 4, .choose(choice.value), on: Int64(index) + 1)
        }
        try await bench.answer(presses, with: small)
        #expect(acting.changes.map(\.message) == [MessageID(4), MessageID(5), MessageID(6)])
        #expect(acting.changes.last?.reply.text == Language.russian.text(.languageSet))
        try await bench.answer(
            [Bench.event(7, "hi"), Bench.event(8, "/undo"), Bench.event(9, "/MODEL Small")],
            with: small
        )
        #expect(
            bench.sink.finals.suffix(3) == [
                "large", Language.russian.text(.undone), Language.russian.text(.modelSet("small")),
            ]
        )
        #expect(large.conversations == [[.system("Arr, Martlet!"), .user("hi")]])
        let kept = try await bench.store.conversation(for: Bench.event(1, "").key, turnLimit: 1).settings
        #expect(kept.persona == "Pirate" && kept.model == "small" && kept.language == .russian)
    }

    @Test("a model that is not ready yet is made so with words about it; one that cannot be had changes nothing")
    func slowModels() async throws {
        let acting = RecordingActions()
        let large = ScriptedLanguageModel.saying("large")
        var bench = Bench()
        bench.companions.acting = acting
        bench.companions.models = SlowShelf(large)
        let usual = ScriptedLanguageModel.saying("usual")
        try await bench.answer([Bench.event(1, "/model broken"), Bench.event(2, "hi")], with: usual)
        #expect(bench.sink.finals == [english.text(.modelUnavailable("broken")), "usual"])
        #expect(bench.sink.shown[0].texts.count == 2 || bench.sink.shown[0].texts.count == 1)
        let button = "model:" + String(Self.token("large"), radix: 16)
        try await bench.answer([Bench.press(3, .choose(button), on: 1), Bench.event(4, "hi")], with: usual)
        #expect(acting.presses.map(\.text) == [english.text(.modelLoading("large"))])
        #expect(acting.changes.last?.reply.text == english.text(.modelSet("large")))
        #expect(bench.sink.finals.last == "large")
        // A file that went away since the chat chose it.
        try await bench.store.updateSettings(of: Bench.event(5, "").key) { $0.model = "broken" }
        try await bench.answer([Bench.event(5, "hi")], with: usual)
        #expect(bench.sink.finals.last == "usual")
    }

    /// FNV-1a, as buttons have it.
    private static func token(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    @Test("settings are changed in the panel's own message, which marks what is chosen")
    func panel() async throws {
        let acting = RecordingActions()
        var bench = Bench()
        bench.companions.acting = acting
        try await bench.answer([Bench.event(1, "/settings"), Bench.press(2, .choose("think:on"), on: 1)], with: nil)
        let labels = acting.changes.first?.reply.choices.flatMap { $0 }.map(\.label) ?? []
        #expect(labels.filter { $0.hasPrefix("✓") }.count == 3)
        #expect(labels.contains("✓ " + english.text(.thinkingShown)))
        let model = ScriptedLanguageModel { _ in [.think("hm"), .think("m"), .say("yes")] }
        try await bench.answer([Bench.event(3, "?")], with: model)
        #expect(bench.sink.replies.last?.thinking == "hmm")
        #expect(bench.sink.shown.last?.thoughts.allSatisfy { "hmm".hasPrefix($0) } == true)
        try await bench.answer([Bench.press(4, .choose("think:off"), on: 1), Bench.event(5, "?")], with: model)
        #expect(bench.sink.replies.last?.thinking == nil)
        #expect(bench.sink.shown.last?.thoughts.allSatisfy { $0.isEmpty } == true)
    }

    @Test("personal data is given in private only, and erased only after a yes")
    func personalData() async throws {
        let acting = RecordingActions()
        let drawer = Drawer()
        var bench = Bench()
        bench.companions.acting = acting
        bench.companions.personalData = drawer
        bench.companions.usage = drawer
        let model = ScriptedLanguageModel.shouting
        try await bench.answer(
            [
                Bench.event(1, "hello"), Bench.event(2, "/mydata"), Bench.event(3, "/usage"),
                Bench.event(4, "/mydata", chat: -5, isPrivate: false), Bench.event(5, "/forgetme"),
                Bench.press(6, .choose("forget:no"), on: 5),
            ],
            with: model
        )
        #expect(acting.files == [#"mydata.json: {"user":1}"#])
        #expect(bench.sink.finals.contains("used: en"))
        #expect(bench.sink.finals.contains(english.text(.onlyInPrivate)))
        #expect(await drawer.erased == [])
        try await bench.answer([Bench.press(7, .choose("forget:yes"), on: 5)], with: model)
        #expect(await drawer.erased == [UserID(1)])
        #expect(model.erasedOwners == [Bench.event(1, "").key.description])
        #expect(acting.changes.last?.reply.text == english.text(.forgotten))
    }

    @Test("what is not set up is not offered")
    func notSetUp() async throws {
        let bench = Bench()
        try await bench.answer(
            ["/usage", "/mydata", "/forgetme"].enumerated().map { Bench.event(Int64($0), $1) },
            with: nil
        )
        #expect(bench.sink.finals == Array(repeating: english.text(.unknownCommand), count: 3))
    }
}
