import FoundationEssentials
import MartletConversation
import MartletCore
import MartletSimulator
import MartletStore
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("A bot that was killed", .timeLimit(.minutes(2)))
struct RecoveryTests {
    private let ada = TelegramBench.ada

    /// Kills a bot at a moment of `model`'s answer, restarts it on the same file with an ordinary model, and looks.
    private func killAndRestart(
        _ model: ScriptedLanguageModel,
        prepare: (TelegramSimulator) -> Void = { _ in },
        killWhen: (TelegramBench) async throws -> Bool,
        expect: (TelegramBench, ScriptedLanguageModel) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            try await TelegramBench.with { bench in
                let path = folder + "/store.sqlite"
                let first = try SQLiteConversationStore(path: path)
                bench.store = first
                bench.simulator.say("hello", from: ada)
                prepare(bench.simulator)
                try await bench.runUntilKilled(model) { [bench] in
                    try await bench.until { try await killWhen(bench) }
                }
                bench.simulator.endFaults()
                // The first store is not closed: killed processes close nothing.
                bench.store = try SQLiteConversationStore(path: path)
                bench.conversation.maximumAttempts = .max  // the tests look by beginning
                let second = ScriptedLanguageModel.saying("hello to you, Ada")
                try await bench.run(second) { [bench] in
                    try await bench.untilQuiet()
                }
                try await expect(bench, second)
                withExtendedLifetime(first) {}
            }
        }
    }

    /// How many messages of the one answer under way the store knows; those are the ones that a restart can take up.
    private func recordedMessageCount(_ bench: TelegramBench) async throws -> Int {
        let bot = BotID(bench.simulator.botID)
        guard let event = try await bench.store.unfinishedEvents(of: bot).first else { return 0 }
        return try await bench.store.beginAnswer(to: event.id)?.messages.count ?? 0
    }

    @Test("between receipt and answer answers after the restart, once")
    func beforeAnswer() async throws {
        try await killAndRestart(
            ScriptedLanguageModel { _ in [.wait(for: Gate())] },
            killWhen: { bench in
                try await !bench.store.unfinishedEvents(of: BotID(bench.simulator.botID)).isEmpty
            },
            expect: { bench, second in
                #expect(bench.simulator.texts(in: ada.id) == ["hello to you, Ada"])
                #expect(second.requests.count == 1)
            }
        )
    }

    @Test("in the middle of an answer finishes it in the same message")
    func midAnswer() async throws {
        try await killAndRestart(
            ScriptedLanguageModel { _ in [.say("hello to"), .wait(for: Gate())] },
            killWhen: { try await recordedMessageCount($0) == 1 },
            expect: { bench, second in
                let shown = bench.simulator.messages(in: ada.id)
                #expect(shown.map(\.text) == ["hello to you, Ada"])
                #expect(second.requests.count == 1)
            }
        )
    }

    @Test("in the middle of a longer answer removes the messages that the new one does not need")
    func midLongAnswer() async throws {
        let long = String(repeating: "many words ", count: 500)
        try await killAndRestart(
            ScriptedLanguageModel { _ in [.say(long), .wait(for: Gate())] },
            killWhen: { try await recordedMessageCount($0) == 2 },
            expect: { bench, _ in
                #expect(bench.simulator.texts(in: ada.id) == ["hello to you, Ada"])
            }
        )
    }

    @Test("after the last edit, before it noted so, says nothing twice and asks no model")
    func afterFinalEdit() async throws {
        // The server does the last edit but its answer is lost, so the bot still repeats the edit when it is killed.
        let gate = Gate()
        try await killAndRestart(
            ScriptedLanguageModel { _ in [.say("settled"), .wait(for: gate), .say(" answer")] },
            prepare: { $0.fail("editMessageText", with: .resetAfterEffect, at: 1, count: 1000) },
            killWhen: { bench in
                if try await recordedMessageCount(bench) == 1 { gate.open() }
                guard bench.simulator.texts(in: ada.id) == ["settled answer"] else { return false }
                let bot = BotID(bench.simulator.botID)
                guard let event = try await bench.store.unfinishedEvents(of: bot).first else { return false }
                return try await bench.store.beginAnswer(to: event.id)?.final != nil
            },
            expect: { bench, second in
                #expect(bench.simulator.texts(in: ada.id) == ["settled answer"])
                #expect(second.requests.isEmpty)
                let key = ConversationKey(bot: BotID(bench.simulator.botID), chat: ChatID(ada.id))
                let turns = try await bench.store.conversation(for: key, turnLimit: 9).turns
                #expect(turns.map(\.message) == [.user("hello"), .assistant("settled answer")])
            }
        )
    }

    @Test("with several messages waiting answers each of them once and in order")
    func severalWaiting() async throws {
        try await withTemporaryFolder { folder in
            try await TelegramBench.with { bench in
                let path = folder + "/store.sqlite"
                bench.store = try SQLiteConversationStore(path: path)
                try await bench.runUntilKilled(ScriptedLanguageModel { _ in [.wait(for: Gate())] }) { [bench] in
                    for index in 0..<6 { bench.simulator.say("m\(index)", from: ada) }
                    try await bench.until { bench.simulator.unconfirmedCount == 0 }
                }
                bench.simulator.say("m6", from: ada)
                bench.store = try SQLiteConversationStore(path: path)
                try await bench.run(ScriptedLanguageModel.shouting) { [bench] in try await bench.untilQuiet() }
                #expect(bench.simulator.texts(in: ada.id) == (0...6).map { "M\($0)" })
            }
        }
    }
}
