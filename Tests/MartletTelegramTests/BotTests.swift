import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletSimulator
import MartletStore
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("The bot on Telegram", .timeLimit(.minutes(2)))
struct BotTests {
    private let ada = TelegramBench.ada

    @Test("answers, shows the answer growing, and ends with all of it")
    func streams() async throws {
        try await TelegramBench.with { bench in
            let model = bench.model(saying: ["Once", " upon", " a", " time", " there"], thenFreely: [" was."])
            try await bench.run(model) {
                bench.simulator.say("A story, please", from: ada)
                try await bench.untilQuiet()
            }
            let shown = bench.simulator.messages(in: ada.id)
            #expect(shown.count == 1)
            #expect(shown.first?.text == "Once upon a time there was.")
            #expect((shown.first?.editCount ?? 0) >= 4)
            for text in shown.first?.texts ?? [] { #expect("Once upon a time there was.".hasPrefix(text)) }
            #expect(bench.simulator.calls(of: "sendChatAction").first?.parameters["action"] == "typing")
            #expect(bench.simulator.messages(in: ada.id).first?.replyTo == nil, "a private answer needs no quote")
        }
    }

    @Test("remembers across a restart, forgets on /reset, and obeys /set_context_length")
    func remembers() async throws {
        try await withTemporaryFolder { folder in
            try await TelegramBench.with { bench in
                let path = folder + "/store.sqlite"
                let model = ScriptedLanguageModel.shouting
                let first = try SQLiteConversationStore(path: path)
                bench.store = first
                try await bench.run(model) { [bench] in
                    bench.simulator.say("one", from: ada)
                    try await bench.untilQuiet()
                }
                try first.close()
                bench.store = try SQLiteConversationStore(path: path)
                try await bench.run(model) { [bench] in
                    for text in [
                        "two", "/set_context_length 1", "three", "/set_context_length 2", "four", "/reset", "five",
                    ] {
                        bench.simulator.say(text, from: ada)
                    }
                    try await bench.untilQuiet()
                }
                #expect(
                    model.conversations == [
                        [.user("one")],
                        [.user("one"), .assistant("ONE"), .user("two")],
                        [.user("three")],
                        [.user("three"), .assistant("THREE"), .user("four")],
                        [.user("five")],
                    ]
                )
                #expect(bench.simulator.texts(in: ada.id).contains(Language.english.text(.historyErased)))
            }
        }
    }

    @Test("speaks Russian to whoever uses Telegram in Russian, and registers its menu in three languages")
    func languages() async throws {
        try await TelegramBench.with { bench in
            try await bench.run(nil) {
                bench.simulator.say("/start", from: TelegramBench.boris)
                try await bench.untilQuiet()
            }
            let greeting = Language.russian.text(.greeting(botName: "Simulated Martlet"))
            #expect(bench.simulator.texts(in: TelegramBench.boris.id) == [greeting])
            for code in ["", "tr", "ru"] {
                #expect(bench.simulator.menu(languageCode: code).contains("set_context_length"))
            }
        }
    }

    @Test("puts the persona and the context document before the model, and repeats in echo mode")
    func personaAndEcho() async throws {
        try await TelegramBench.with { bench in
            bench.conversation.persona = Persona(
                template: "{bot_name}, {location}: {context}",
                botName: "",
                location: "İzmir"
            )
            let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            bench.context = ContextDocument(logger: quiet) { "open on Mondays" }
            let model = ScriptedLanguageModel.saying("yes")
            try await bench.run(model) { [bench] in
                bench.simulator.say("Open?", from: ada)
                try await bench.untilQuiet()
            }
            #expect(model.conversations == [[.system("Simulated Martlet, İzmir: open on Mondays"), .user("Open?")]])
            bench.conversation.isEcho = true
            try await bench.run(nil) { [bench] in
                bench.simulator.say("Open? 🦜", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == ["yes", "Open? 🦜"])
        }
    }

    @Test("splits a long answer into messages that are each short enough, while it grows and at its end")
    func longAnswer() async throws {
        try await TelegramBench.with { bench in
            let paragraph = String(repeating: "Some words of a long answer 🦜. ", count: 40).trimmingWhitespace()
            let answer = Array(repeating: paragraph, count: 8).joined(separator: "\n\n")
            let model = ScriptedLanguageModel { _ in
                answer.split(separator: " ", omittingEmptySubsequences: false).map { .say($0 + " ") }
            }
            try await bench.run(model) {
                bench.simulator.say("Tell me everything", from: ada)
                try await bench.untilQuiet()
            }
            let texts = bench.simulator.texts(in: ada.id)
            #expect(texts.count == 3)
            #expect(texts.allSatisfy { $0.utf16.count <= 4096 })
            #expect(
                texts.joined(separator: " ").split(whereSeparator: \.isWhitespace)
                    == answer.split(whereSeparator: \.isWhitespace)
            )
            #expect(bench.simulator.calls.allSatisfy { $0.status == 200 }, "the server refused something")
        }
    }

    @Test("keeps the order within a chat and answers chats side by side")
    func order() async throws {
        try await TelegramBench.with { bench in
            let gate = Gate()
            let model = ScriptedLanguageModel { messages in
                let text = messages.last?.content ?? ""
                return text == "slow" ? [.say("wait "), .wait(for: gate), .say("done")] : [.say(text)]
            }
            try await bench.run(model) {
                for text in ["slow", "second", "third"] { bench.simulator.say(text, from: ada) }
                bench.simulator.say("quick", from: TelegramBench.boris)
                try await bench.until { bench.simulator.texts(in: TelegramBench.boris.id) == ["quick"] }
                try await bench.until { bench.simulator.texts(in: ada.id) == ["wait"] }
                gate.open()
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == ["wait done", "second", "third"])
        }
    }

    @Test("answers in a group only when it is meant, in the topic, and as a reply")
    func groups() async throws {
        try await TelegramBench.with { bench in
            let model = ScriptedLanguageModel.shouting
            let mention: JSONValue = [["type": "mention", "offset": 0, "length": 17]]
            let bot: JSONValue = ["id": .integer(bench.simulator.botID), "is_bot": true, "first_name": "x"]
            var asked: [Int64] = []
            try await bench.run(model) {
                bench.simulator.say("just talking @martlet_test_bot", from: ada, group: -100)
                asked.append(
                    bench.simulator.say(
                        "@martlet_test_bot, hello",
                        from: ada,
                        group: -100,
                        thread: 5,
                        extra: ["entities": mention]
                    )
                )
                asked.append(
                    bench.simulator.say(
                        "and you?",
                        from: ada,
                        group: -100,
                        extra: ["reply_to_message": ["message_id": 1, "from": bot]]
                    )
                )
                bench.simulator.say("/reset@other_bot", from: ada, group: -100)
                asked.append(bench.simulator.say("/undo@martlet_test_bot", from: ada, group: -100))
                // Commands that concern one person are between them and the bot.
                bench.simulator.say("/help@martlet_test_bot", from: ada, group: -100)
                try await bench.untilQuiet()
            }
            let said = bench.simulator.messages(in: -100)
            let whispered = said.filter { $0.json["receiver_user"] != nil }
            let shown = said.filter { $0.json["receiver_user"] == nil }
            let help = Language.english.text(.help(maximumContextLength: 100))
            #expect(
                Set(shown.map(\.text)) == [
                    "[ADA]: HELLO", "[ADA]: AND YOU?", Language.english.text(.undone),
                ]
            )
            #expect(whispered.count == 1 && whispered.allSatisfy { $0.text.hasPrefix(help) })
            #expect(whispered.first?.text.contains("/mydata") == false)
            #expect(whispered.first?.text.contains("/reset, /delete_history") == true)
            #expect(Set(shown.map(\.replyTo)) == Set(asked.map { $0 }))
            #expect(shown.first { $0.text == "[ADA]: HELLO" }?.thread == 5)
            #expect(
                model.conversations.compactMap { $0.last?.content }.sorted() == ["[Ada]: and you?", "[Ada]: hello"]
            )
        }
    }

    @Test("says that it reads text only, and leaves bots, edits and the platform's notes alone")
    func otherContent() async throws {
        try await TelegramBench.with { bench in
            try await bench.run(ScriptedLanguageModel.shouting) {
                bench.simulator.post(["photo": []], from: ada)
                bench.simulator.post(["pinned_message": ["message_id": 1]], from: ada)
                bench.simulator.post(["text": "hi", "from": ["id": 5, "is_bot": true, "first_name": "b"]], from: ada)
                bench.simulator.inject(["edited_message": ["message_id": 1, "text": "edited"]])
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == [Language.english.text(.onlyText)])
        }
    }

    @Test("answers many chats at once, each message once and in its chat's order, with the platform's real limits")
    func manyChats() async throws {
        try await TelegramBench.with { bench in
            bench.settings.limits = ThrottleLimits()
            bench.settings.limits.everywhere = .init(capacity: 1000, interval: .milliseconds(1), reserve: 0)
            bench.conversation.maximumConcurrentAnswers = 32
            let people = (1...60).map { SimulatedUser(id: $0, name: "P\($0)") }
            try await bench.run(ScriptedLanguageModel.shouting) {
                for turn in 0..<3 {
                    for person in people { bench.simulator.say("m\(turn)", from: person) }
                }
                try await bench.untilQuiet()
            }
            for person in people { #expect(bench.simulator.texts(in: person.id) == ["M0", "M1", "M2"]) }
        }
    }

    @Test("never logs the token or what was said")
    func secrets() async throws {
        try await TelegramBench.with { bench in
            bench.simulator.fail("sendMessage", with: .status(502), at: 1)
            bench.simulator.fail("editMessageText", with: .reset, at: 1)
            bench.simulator.fail("getUpdates", with: .malformed, at: 2)
            let model = ScriptedLanguageModel { _ in
                [.say("the answer is private"), .pause(.milliseconds(20)), .say("!")]
            }
            try await bench.run(model) {
                bench.simulator.say("my question is private", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.log.contains("turn.id"))
            #expect(!bench.log.contains("simulated-token"))
            #expect(!bench.log.contains("private"))
            #expect(bench.simulator.texts(in: ada.id) == ["the answer is private!"])
        }
    }
}
