import Foundation
import MartletAWS
import MartletConversation
import MartletCore
import MartletStore
import Testing

@Suite("The DynamoDB store", .enabled(if: DynamoDBBench.endpoint != nil, DynamoDBBench.reason))
struct DynamoDBStoreTests {
    private let talk = Talk()

    @Test("is among the stores that the conformance suites run over, with small pages too")
    func isTested() {
        #expect(StoreKind.allCases.count == 4)
    }

    @Test("takes six round trips for the life of a plain message, and seven requests")
    func requests() async throws {
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            let event = talk.event(1)
            try await talk.converse(talk.event(0), in: store)
            bench.caller.reset()
            #expect(try await store.accept([talk.received(event)]) == [event])
            #expect(bench.caller.actions == ["PutItem"])
            let lease = Lease(owner: "me", lasting: .seconds(60))
            #expect(try await store.beginAnswer(to: event.id, joining: [], lease: lease) == .begun(.init(attempt: 1)))
            _ = try await store.conversation(for: event.key, turnLimit: 20)
            #expect(bench.caller.mostRunning == 2, "a conversation's two reads are made at the same time")
            try await store.recordMessage(MessageID(11), part: 0, of: event.id)
            try await store.recordFinal(FinalReply(text: "a1", isRemembered: true), of: event.id)
            try await store.finish([event.id], as: .answered, remembering: .turns(talk.turns(event)), in: event.key)
            #expect(
                bench.caller.actions.sorted()
                    == ["GetItem", "PutItem", "Query", "TransactWriteItems"] + Array(repeating: "UpdateItem", count: 3)
            )
            #expect(try await store.replyChain(to: MessageID(11), in: event.key, limit: 9).count == 2)
        }
    }

    @Test("takes one request to look at somebody, and two round trips each to set aside and to book")
    func surroundingRequests() async throws {
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            _ = try await store.accessFacts(about: UserID(5), in: ChatID(1), bot: talk.bot)
            #expect(bench.caller.actions == ["BatchGetItem"])
            bench.caller.reset()
            _ = try await store.reserve(talk.request(1)) { _, _ in .granted }
            #expect(bench.caller.actions == ["TransactGetItems", "TransactWriteItems"])
            bench.caller.reset()
            _ = try await store.settle(talk.request(1).event, as: BudgetAmount(messages: 1, tokens: 3)) { _ in [] }
            #expect(bench.caller.actions == ["TransactGetItems", "TransactWriteItems"])
        }
    }

    @Test("keeps what is larger than an item, and leaves nothing of it when it is told to forget")
    func large() async throws {
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            let text = String(repeating: "großes Wort \u{1F99C} ", count: 45_000)
            let event = talk.event(1, text: text)
            let poison = ReceivedUpdate(
                id: EventID(bot: talk.bot, update: 2),
                meaning: .unreadable(bytes: Array(repeating: 0xFF, count: 1 << 20))
            )
            #expect(try await store.accept([talk.received(event), poison]) == [event])
            let other = bench.store()
            #expect(try await other.unfinishedEvents(of: talk.bot) == [event])
            try await other.amend(event.id, to: .text(text + "!"))
            _ = try await other.beginAnswer(to: event.id)
            let final = FinalReply(text: text, isRemembered: true, thinking: text)
            try await other.recordFinal(final, of: event.id)
            #expect(try await bench.store().beginAnswer(to: event.id)?.final == final)
            var turns = talk.turns(event)
            turns[1].message.content = text + text + text
            try await store.finish([event.id], as: .answered, remembering: .turns(turns), in: event.key)
            #expect(
                try await other.conversation(for: event.key, turnLimit: 9).turns.map(\.message) == turns.map(\.message)
            )
            let again = talk.event(3)
            _ = try await store.accept([talk.received(again)])
            let answer = Turn(.assistant(text + text), date: event.date, event: event.id)
            try await store.finish([again.id], as: .answered, remembering: .answer(answer, to: event.id), in: event.key)
            let position = try #require(
                try await store.conversation(for: event.key, turnLimit: 9).turns.last?.position
            )
            try await store.setSummary(.init(text: text, through: position), for: event.key)
            #expect(try await store.conversation(for: event.key, turnLimit: 9).summary?.text == text)
            let late = talk.event(4)
            _ = try await store.accept([talk.received(late)])
            let question = Turn(.user(text), date: event.date, event: late.id)
            try await store.finish([late.id], as: .answered, remembering: .unanswered(question), in: event.key)
            #expect(try await store.conversation(for: event.key, turnLimit: 0).unanswered == question)
            try await store.eraseTurns(of: event.key)
            let left = try await bench.allItems().filter { $0["content"] != nil || $0["summary"] != nil }
            // The unreadable update's pieces stay for the operator.
            #expect(left.allSatisfy { $0["content"]?.bytes?.allSatisfy { $0 == 0xFF } == true })
            #expect(try await bench.allItems().allSatisfy { $0["event"] == nil && $0["final"] == nil })
        }
    }

    @Test("erases thousands of turns with all that leads to them, also in several goes")
    func erasesThousands() async throws {
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            for round in Int64(0)..<30 {
                let event = talk.event(round)
                _ = try await store.accept([talk.received(event)])
                let turns = (Int64(0)..<40).map { index in
                    Turn(.user("word"), date: event.date, event: event.id, source: MessageID(round * 100 + index))
                }
                try await store.finish([event.id], as: .answered, remembering: .turns(turns), in: event.key)
            }
            #expect(try await store.conversation(for: talk.key, turnLimit: 2000).turns.count == 1200)
            // Dies in the midst of it.
            bench.caller.decide { number, _ in number == 20 ? .fails(Talk.outage) : .passes }
            await #expect(throws: StoreError.self) { try await store.eraseTurns(of: talk.key) }
            bench.caller.reset()
            #expect(try await store.conversation(for: talk.key, turnLimit: 9).turns == [], "gone at once")
            #expect(try await bench.allItems().contains { $0["content"] != nil })
            try await store.eraseTurns(of: talk.key)
            let left = try await bench.allItems().compactMap(DynamoDBKey.init(of:)).map(\.partition)
            #expect(Set(left) == ["7#u", "7#c"])
        }
    }

    @Test("reads nothing that has expired, whether it is deleted or not")
    func expiry() async throws {
        try await DynamoDBBench.withTable { bench in
            let event = talk.event(1)
            let store = bench.store()
            try await talk.converse(event, in: store)
            let almost = bench.store(now: { Date(timeIntervalSinceNow: 6 * 86_400) })
            #expect(try await almost.accept([talk.received(event)]) == [])
            let later = bench.store(now: { Date(timeIntervalSinceNow: 8 * 86_400) })
            #expect(try await later.accept([talk.received(event)]) == [event])
            let waiting = bench.store(now: { Date(timeIntervalSinceNow: 80 * 86_400) })
            #expect(try await waiting.unfinishedEvents(of: talk.bot) == [event], "what is open does not expire")
            let muchLater = bench.store(now: { Date(timeIntervalSinceNow: 200 * 86_400) })
            #expect(try await muchLater.replyChain(to: MessageID(11), in: talk.key, limit: 9) == [])
        }
    }

    @Test("keeps turns in the order in which they came, whatever the clocks of those who write say")
    func order() async throws {
        try await DynamoDBBench.withTable { bench in
            let stores = [bench.store(), bench.store(now: { Date(timeIntervalSinceNow: -500) })]
            for update in Int64(1)...6 {
                try await talk.converse(talk.event(update), in: stores[Int(update) % 2])
            }
            let turns = try await stores[0].conversation(for: talk.key, turnLimit: 99).turns
            #expect(turns.map(\.message.content) == (1...6).flatMap { ["q\($0)", "a\($0)"] })
            #expect(turns.compactMap(\.position) == turns.compactMap(\.position).sorted())
        }
    }

    @Test("says what to do when the table is not there, is too busy, or cannot be reached")
    func failures() async throws {
        try await DynamoDBBench.withTable { bench in
            let missing = DynamoDBConversationStore(table: DynamoDBTable(name: "missing", caller: bench.caller))
            let error = await #expect(throws: StoreError.self) {
                try await missing.accept([talk.received(talk.event(1, text: "a secret"))])
            }
            #expect(error?.code == .missingTable)
            #expect(error?.description.contains("martlet aws setup") == true)
            let failures: [(String, StoreError.Code)] = [
                ("ProvisionedThroughputExceededException", .throttled), ("ThrottlingException", .throttled),
                (AWSError.unreachable, .unreachable), (AWSError.timedOut, .unreachable),
                ("AccessDeniedException", .denied), ("ItemCollectionSizeLimitExceededException", .full),
                ("ValidationException", .other),
            ]
            for (code, expected) in failures {
                bench.caller.decide { _, _ in .fails(AWSError(code: code, message: "quoting a secret")) }
                let error = await #expect(throws: StoreError.self) {
                    try await bench.store().accept([talk.received(talk.event(1, text: "a secret"))])
                }
                #expect(error?.code == expected, "\(code)")
                #expect(code != "ValidationException" || error?.description.contains("secret") == false)
            }
            bench.caller.reset()
            let open = try await bench.store().unfinishedEvents(of: talk.bot)
            #expect(open == [])
        }
    }

    @Test("begins again in a chat number whose conversations have moved on")
    func reusedNumber() async throws {
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            try await talk.converse(talk.event(1), in: store)
            _ = try await store.migrate(ChatID(1), of: talk.bot, to: ChatID(-9))
            for store in [store, bench.store()] {
                #expect(try await store.conversation(for: talk.key, turnLimit: 9) == Conversation())
            }
            try await talk.converse(talk.event(2), in: store)
            var moved = talk.key
            moved.chat = ChatID(-9)
            for store in [store, bench.store()] {
                let here = try await store.conversation(for: talk.key, turnLimit: 9).turns
                #expect(here.map(\.message.content) == ["q2", "a2"])
                let there = try await store.conversation(for: moved, turnLimit: 9).turns
                #expect(there.map(\.message.content) == ["q1", "a1"])
            }
        }
    }

    @Test("leaves no byte of a person's words or name in the table")
    func raw() async throws {
        try await DynamoDBBench.withTable { bench in
            let store = bench.store()
            for (user, words) in [(5, "PARROTWORDS"), (55, "heronwords")] as [(Int64, String)] {
                for (chat, update) in [(user, user * 10), (-1, user * 10 + 1)] {
                    var event = talk.event(update, text: words)
                    event.key = ConversationKey(bot: talk.bot, chat: ChatID(chat))
                    event.sender = .init(id: UserID(user), name: "NAMEOF" + words)
                    _ = try await store.accept([talk.received(event)])
                    try await store.recordFinal(FinalReply(text: "re " + words, isRemembered: true), of: event.id)
                    var turns = talk.turns(event)
                    turns[0].message = ChatMessage(role: .user, content: words, name: "NAMEOF" + words)
                    turns[0].speaker = UserID(user)
                    turns[1].message.content = "re " + words
                    try await store.finish([event.id], as: .answered, remembering: .turns(turns), in: event.key)
                }
                let waiting = talk.event(user * 10 + 2, text: words, user: user)
                _ = try await store.accept([talk.received(waiting)])
                try await store.setAccess(
                    .allowed,
                    role: .member,
                    name: "NAMEOF" + words,
                    for: UserID(user),
                    bot: talk.bot,
                    at: Date()
                )
            }
            let poison = Array("{\"id\":5,\"text\":\"PARROTWORDS\"".utf8)
            _ = try await store.accept([
                ReceivedUpdate(id: EventID(bot: talk.bot, update: 1), meaning: .unreadable(bytes: poison))
            ])
            func count(_ words: String) async throws -> Int {
                try await bench.allItems().count { item in
                    item.values.contains { value in
                        let bytes = value.bytes ?? Array((value.string ?? "").utf8)
                        return Data(bytes).firstRange(of: Data(words.utf8)) != nil
                    }
                }
            }
            #expect(try await count("PARROTWORDS") > 0)
            let herons = try await count("heronwords")
            try await store.erasePersonalData(of: UserID(5), bot: talk.bot, keepingUsageSince: "2026-11")
            #expect(try await count("PARROTWORDS") == 0)
            #expect(try await count("heronwords") == herons)
        }
    }
}

/// What is said in these tests.
struct Talk: Sendable {
    let bot = BotID(7)
    let date = Date(timeIntervalSince1970: 1_800_000_000)
    var key: ConversationKey { ConversationKey(bot: bot, chat: ChatID(1)) }

    static let outage = AWSError(code: AWSError.unreachable, message: "no network")

    func event(_ update: Int64, text: String? = nil, chat: Int64 = 1, user: Int64 = 5) -> InboundEvent {
        InboundEvent(
            id: EventID(bot: bot, update: update),
            key: ConversationKey(bot: bot, chat: ChatID(chat)),
            isPrivate: true,
            message: MessageID(update * 10),
            sender: .init(id: UserID(user), name: "Ada"),
            date: date,
            content: .text(text ?? "q\(update)")
        )
    }

    func received(_ event: InboundEvent) -> ReceivedUpdate { ReceivedUpdate(id: event.id, meaning: .event(event)) }

    func turns(_ event: InboundEvent) -> [Turn] {
        var text = ""
        if case .text(let said) = event.content { text = said }
        return [
            Turn(.user(text), date: event.date, event: event.id, source: event.message, speaker: event.sender.id),
            Turn(.assistant("a\(event.id.update)"), date: event.date, event: event.id),
        ]
    }

    /// Asks and answers; the answer is shown as message `update * 10 + 1`.
    func converse(_ event: InboundEvent, in store: any ConversationStore) async throws {
        _ = try await store.accept([received(event)])
        _ = try await store.beginAnswer(to: event.id)
        try await store.recordMessage(MessageID(event.id.update * 10 + 1), part: 0, of: event.id)
        try await store.finish([event.id], as: .answered, remembering: .turns(turns(event)), in: event.key)
    }

    func request(_ update: Int64, tokens: Int = 10) -> BudgetRequest {
        BudgetRequest(
            event: EventID(bot: bot, update: update),
            user: UserID(5),
            chat: ChatID(5),
            day: BudgetPeriod(kind: .day, name: "2026-11-21"),
            month: BudgetPeriod(kind: .month, name: "2026-11"),
            amount: BudgetAmount(messages: 1, tokens: tokens, nanodollars: Int64(tokens)),
            date: date
        )
    }
}
