import Foundation
import MartletAWS
import MartletConversation
import MartletCore
import MartletStore
import MartletTelegram
import Testing
import martlet

/// The small parts of a function that can be looked at by themselves.
@Suite("Parts of a function")
struct LambdaPartsTests {
    private let bot = BotID(77)

    @Test("remembers who a bot is, for a day")
    func identity() async throws {
        let store = MemoryConversationStore()
        #expect(try await IdentityNote.read(of: bot, in: store) == nil)
        let identity = BotIdentity(id: bot, username: "ada_bot", name: "Ada \"the\" bot", readsAllGroupMessages: true)
        let note = IdentityNote(identity, at: Date(timeIntervalSince1970: 1_700_000_000))
        try await note.save(in: store)
        let known = try await IdentityNote.read(of: bot, in: store)
        #expect(known == note)
        #expect(known?.isOld(at: note.date.addingTimeInterval(86_399)) == false)
        #expect(known?.isOld(at: note.date.addingTimeInterval(86_401)) == true)
        // The bot's own name is another matter.
        #expect(await store.username(of: bot) == nil)
        for text in ["", "ada", "{}", "[1]", "{\"username\":\"x\"}"] {
            #expect(IdentityNote(parsing: text, bot: bot) == nil, "\(text)")
        }
    }

    @Test("counts computing time by the day, and apart from people's tokens")
    func ledger() async throws {
        let store = MemoryConversationStore()
        let zone = try #require(TimeZone(identifier: "Europe/Istanbul"))
        let day = Date(timeIntervalSince1970: 1_700_000_000)
        let today = FunctionLedger(store: store, bot: bot, limit: 10, timeZone: zone) { day }
        #expect(try await today.usedToday() == 0)
        try await today.book(3.5)
        try await today.book(0.0004)
        #expect(try await today.usedToday() == 3.501)
        #expect(try await !today.isExhausted())
        try await today.book(7)
        #expect(try await today.isExhausted())
        let tomorrow = FunctionLedger(store: store, bot: bot, limit: 10, timeZone: zone) { day + 86_400 }
        #expect(try await !tomorrow.isExhausted())
        let people = await store.balances(
            of: [BudgetAccount(.all, BudgetPeriod(kind: .day, name: "2023-11-15"))],
            bot: bot
        )
        #expect(people.allSatisfy { $0.booked.tokens == 0 })
        try await today.sweep()
        #expect(try await today.isExhausted())
    }

    @Test("puts into the queue which event it is, and nothing of what was said")
    func queued() throws {
        let event = InboundEvent(
            id: EventID(bot: bot, update: 5),
            key: ConversationKey(bot: bot, chat: ChatID(-9), thread: ThreadID(3), user: UserID(4)),
            isPrivate: false,
            message: MessageID(1),
            sender: .init(id: UserID(4), name: "Ada"),
            date: Date(),
            content: .text("my secret")
        )
        let turn = QueuedTurn(event)
        #expect(!turn.body.contains("secret"))
        #expect(QueuedTurn.event(in: turn.body) == event.id)
        #expect(turn.deduplication == "77-5")
        #expect(turn.group.contains("-9") && turn.group.contains("3"))
        // Everybody in a topic waits in the same line.
        var other = event
        other.key.user = UserID(8)
        #expect(QueuedTurn(other).group == turn.group)
        other.key.thread = nil
        #expect(QueuedTurn(other).group != turn.group)
        for text in ["", "{}", "[]", "{\"bot\":1}", "{\"bot\":\"x\",\"update\":2}", "nonsense"] {
            #expect(QueuedTurn.event(in: text) == nil, "\(text)")
        }
    }

    @Test("reads prompts of direct calls, and says what is wrong with others")
    func prompts() throws {
        let plain = try DirectPrompt(["prompt": "Hello", "system": "Be brief.", "max_tokens": 9, "temperature": 0])
        #expect(plain.messages.map(\.content) == ["Be brief.", "Hello"])
        #expect(plain.maximumTokenCount == 9)
        #expect(plain.temperature == 0)
        let whole = try DirectPrompt([
            "messages": [
                ["role": "user", "content": "a"], ["role": "assistant", "content": "b"],
                ["role": "user", "content": "c"],
            ]
        ])
        #expect(whole.messages.map(\.role) == [.user, .assistant, .user])
        let wrong: [(JSONValue, String)] = [
            (.null, "function URL"), (["text": "x"], "Telegram update"), (["prompt": ""], "last message"),
            (["messages": []], "last message"), (["messages": [["role": "wizard", "content": "x"]]], "role"),
            (["messages": [["role": "user"]]], "content"), (["prompt": "x", "max_tokens": 0], "max_tokens"),
            (["prompt": "x", "temperature": 9], "temperature"),
            (["messages": [["role": "assistant", "content": "x"]]], "last message"),
        ]
        for (value, word) in wrong {
            let fault = #expect(throws: LambdaFault.self) { try DirectPrompt(value) }
            #expect(fault?.message.contains(word) == true, "\(value.text): \(fault?.message ?? "")")
        }
    }

    @Test("writes a cost as CloudWatch's embedded metrics")
    func metrics() throws {
        let cost = AnswerCost(
            duration: .milliseconds(1500),
            gigabyteSeconds: 3,
            functionDollars: 0.00005,
            modelDollars: 0.0001,
            promptTokens: 20,
            generatedTokens: 30
        )
        let line = cost.metricLine(function: "bot", at: Date(timeIntervalSince1970: 1_700_000_000))
        #expect(!line.contains("\n"))
        let value = try JSONValue(parsing: Array(line.utf8))
        let directive = value["_aws"]?["CloudWatchMetrics"]?.array?.first
        #expect(value["_aws"]?["Timestamp"]?.integer == 1_700_000_000_000)
        #expect(directive?["Namespace"]?.string == "Martlet")
        // Every metric and every dimension that is announced is there.
        for metric in directive?["Metrics"]?.array ?? [] {
            #expect(value[metric["Name"]?.string ?? ""]?.number != nil)
        }
        #expect(directive?["Metrics"]?.array?.count == 5)
        for name in directive?["Dimensions"]?.array?.first?.array ?? [] {
            #expect(value[name.string ?? ""]?.string == "bot")
        }
        #expect(abs((value["AnswerDollars"]?.number ?? 0) - 0.00015) < 1e-12)
    }
}
