import FoundationEssentials
import MartletConversation
import MartletCore
import MartletSimulator
import MartletStore
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("When Telegram or the network fails", .timeLimit(.minutes(2)))
struct FaultTests {
    private let ada = TelegramBench.ada

    /// A model that says `count` numbered words, with a pause after each.
    private func counting(_ count: Int, pause: Duration = .milliseconds(15)) -> ScriptedLanguageModel {
        ScriptedLanguageModel { _ in (1...count).flatMap { [.say("\($0) "), .pause(pause)] } }
    }

    private func counted(_ count: Int) -> String { (1...count).map { "\($0)" }.joined(separator: " ") }

    @Test("a 429 on the third edit silences the chat, drops what is in between, and still ends with all of the answer")
    func tooManyRequests() async throws {
        try await TelegramBench.with { bench in
            bench.simulator.fail("editMessageText", with: .tooManyRequests(retryAfter: 1), at: 3)
            let model = bench.model(saying: ["1", " 2", " 3", " 4"], thenFreely: (5...20).map { " \($0)" })
            try await bench.run(model) {
                bench.simulator.say("count", from: ada)
                try await bench.untilQuiet()
            }
            let edits = bench.simulator.calls(of: "editMessageText")
            let refused = try #require(edits.firstIndex { $0.status == 429 })
            let next = try #require(edits.dropFirst(refused + 1).first)
            #expect(next.instant - edits[refused].instant >= .seconds(1))
            #expect(edits.count == refused + 2, "the texts in between were dropped, not queued")
            #expect(bench.simulator.messagesIntoSilence.isEmpty)
            #expect(bench.simulator.texts(in: ada.id) == [counted(20)])
        }
    }

    @Test("silence in one chat leaves the others alone")
    func silenceIsPerChat() async throws {
        try await TelegramBench.with { bench in
            bench.simulator.fail("sendMessage", with: .tooManyRequests(retryAfter: 1), at: 1)
            try await bench.run(ScriptedLanguageModel.shouting) {
                bench.simulator.say("one", from: ada)
                try await bench.until { bench.simulator.calls(of: "sendMessage").count == 1 }
                bench.simulator.say("two", from: TelegramBench.boris)
                try await bench.until { !bench.simulator.messages(in: TelegramBench.boris.id).isEmpty }
                #expect(bench.simulator.messages(in: ada.id).isEmpty)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == ["ONE"])
            #expect(bench.simulator.messagesIntoSilence.isEmpty)
        }
    }

    @Test(
        "an answer gets through failures that pass",
        arguments: [
            SimulatedFault.status(500), .status(502), .reset, .malformed, .refusal(500, "Internal Server Error"),
        ]
    )
    func passingFailures(fault: SimulatedFault) async throws {
        try await TelegramBench.with { bench in
            for method in ["getMe", "getUpdates", "sendMessage", "editMessageText", "sendChatAction", "setMyCommands"] {
                bench.simulator.fail(method, with: fault, at: 1, count: 2)
            }
            try await bench.run(counting(10)) {
                bench.simulator.say("count", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == [counted(10)])
        }
    }

    @Test("an edit whose answer was lost is made again, and its being there already is success")
    func lostAnswer() async throws {
        try await TelegramBench.with { bench in
            let model = bench.model(saying: ["one"], thenFreely: [" two"])
            bench.simulator.fail("editMessageText", with: .resetAfterEffect, at: 1, count: 3)
            try await bench.run(model) {
                bench.simulator.say("count", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.calls(of: "editMessageText").count >= 4, "three answers were lost")
            #expect(bench.simulator.texts(in: ada.id) == ["one two"])
        }
    }

    @Test("a blocked bot stops the model and goes on with others")
    func blocked() async throws {
        try await TelegramBench.with { bench in
            let model = ScriptedLanguageModel { messages in
                messages.last?.content == "bye" ? [.say("Good"), .wait(for: Gate())] : [.say("fine")]
            }
            try await bench.run(model) {
                bench.simulator.say("bye", from: ada)
                bench.simulator.block(chat: ada.id)
                bench.simulator.say("hello", from: TelegramBench.boris)
                try await bench.untilQuiet()
            }
            #expect(model.cancelledCount == 1)
            #expect(bench.simulator.texts(in: TelegramBench.boris.id) == ["fine"])
            #expect(bench.log.contains("undeliverable"))
        }
    }

    @Test("a person who deletes the growing answer stops the model")
    func deleted() async throws {
        try await TelegramBench.with { bench in
            let gate = Gate()
            let model = ScriptedLanguageModel { _ in
                [.say("I begin"), .wait(for: gate), .say(" and go on"), .wait(for: Gate())]
            }
            try await bench.run(model) {
                bench.simulator.say("talk", from: ada)
                try await bench.until { !bench.simulator.messages(in: ada.id).isEmpty }
                bench.simulator.delete(message: bench.simulator.messages(in: ada.id)[0].id)
                gate.open()
                try await bench.untilQuiet()
            }
            #expect(model.cancelledCount == 1)
            #expect(bench.simulator.messages(in: ada.id).isEmpty)
        }
    }

    @Test("unknown kinds of update are kept and do not stop the ones beside them")
    func unknownKinds() async throws {
        try await TelegramBench.with { bench in
            try await bench.run(ScriptedLanguageModel.shouting) {
                bench.simulator.inject(["telepathy": ["from": 5]])
                bench.simulator.inject(["message": "not an object"])
                bench.simulator.inject(["message": ["message_id": "x", "chat": []]])
                bench.simulator.inject([:])
                bench.simulator.inject(raw: {
                    "{\"update_id\":\($0),\"message\":{\"text\":\"\\ud83d broken\",\"a\":1e999}}"
                })
                bench.simulator.say("hello", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == ["HELLO"])
        }
    }

    @Test("an update that is not even JSON is kept, confirmed, and does not hide the ones around it")
    func poison() async throws {
        try await TelegramBench.with { bench in
            try await bench.run(ScriptedLanguageModel.shouting) {
                bench.simulator.say("before", from: ada)
                bench.simulator.inject(raw: { "{\"update_id\": \($0), \"message\": {\"text\": nonsense" })
                bench.simulator.say("after", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == ["BEFORE", "AFTER"])
        }
    }

    @Test("an update that comes twice is answered once")
    func duplicates() async throws {
        try await TelegramBench.with { bench in
            let message: JSONValue = [
                "message_id": 5, "date": 1_760_000_000, "text": "hello",
                "from": ["id": 11, "first_name": "Ada"], "chat": ["id": 11, "type": "private"],
            ]
            bench.simulator.say("first", from: ada)
            let update = bench.simulator.inject(["message": message])
            bench.simulator.repeatLatestUpdate(update, json: ["message": message])
            try await bench.run(ScriptedLanguageModel.shouting) {
                try await bench.untilQuiet()
                bench.simulator.repeatLatestUpdate(update, json: ["message": message])
                bench.simulator.say("last", from: ada)
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == ["FIRST", "HELLO", "LAST"])
        }
    }

    @Test("a wrong token ends the bot with the way to the right one")
    func wrongToken() async throws {
        try await TelegramBench.with { bench in
            bench.settings = TelegramBench.settings(token: "7000001:some-other-secret", server: bench.server)
            let wrong = bench
            let error = await #expect(throws: TelegramError.self) { () async throws -> Void in
                try await wrong.run(nil) {}
            }
            #expect(error?.code == .unauthorized)
            #expect(error?.description.contains("@BotFather") == true)
            #expect(error?.description.contains("some-other-secret") == false)
        }
    }

    @Test("two bots on one token say so and lose no message")
    func twoPollers() async throws {
        try await TelegramBench.with { bench in
            bench.settings.polling.timeout = .seconds(1)
            let model = ScriptedLanguageModel.shouting
            try await bench.run(model) { [bench] in
                try await bench.run(model) {
                    try await bench.until { bench.log.contains("give this one a token of its own") }
                    for index in 0..<5 { bench.simulator.say("m\(index)", from: ada) }
                    try await bench.untilQuiet()
                }
            }
            // Both share a store here, as two processes would share a file, and each message is answered.
            #expect(Set(bench.simulator.texts(in: ada.id)) == ["M0", "M1", "M2", "M3", "M4"])
        }
    }

    @Test("a webhook in the way is named with its remedy, and messages flow once it is gone")
    func webhook() async throws {
        try await TelegramBench.with { bench in
            bench.simulator.setWebhook("https://example.org/hook")
            try await bench.run(ScriptedLanguageModel.shouting) {
                bench.simulator.say("hello", from: ada)
                try await bench.until { bench.log.contains("deleteWebhook") }
                bench.simulator.setWebhook("")
                try await bench.untilQuiet()
            }
            #expect(bench.simulator.texts(in: ada.id) == ["HELLO"])
        }
    }

    @Test("a message is not confirmed while the store cannot keep it")
    func fullStore() async throws {
        try await withTemporaryFolder { folder in
            try await TelegramBench.with { bench in
                var options = SQLiteConversationStore.Options()
                options.maximumPageCount = 96
                let store = try SQLiteConversationStore(path: folder + "/store.sqlite", options: options)
                bench.store = store
                try await bench.run(ScriptedLanguageModel.shouting) { [bench] in
                    bench.simulator.say(String(repeating: "too large ", count: 60_000), from: ada)
                    try await bench.until { bench.log.contains("free space on the disk") }
                    #expect(bench.simulator.unconfirmedCount == 1)
                }
                #expect(bench.simulator.unconfirmedCount == 1)
            }
        }
    }
}
