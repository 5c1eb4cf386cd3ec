import FoundationEssentials
import MartletConversation
import MartletCore
import MartletStore
import Testing

/// What every store must do, run over each of them.
@Suite("Every conversation store")
struct ConversationStoreConformance {
    typealias Kind = StoreKind

    private let bot = BotID(7)

    private func withStore(_ kind: Kind, _ body: (any ConversationStore) async throws -> Void) async throws {
        try await kind.withStore { try await body($0) }
    }

    private func event(_ update: Int64, chat: Int64 = 1, text: String = "hello") -> InboundEvent {
        InboundEvent(
            id: EventID(bot: bot, update: update),
            key: ConversationKey(bot: bot, chat: ChatID(chat), thread: ThreadID(3)),
            isPrivate: true,
            message: MessageID(update * 10),
            sender: .init(id: UserID(5), name: "Ada 🦜", languageCode: "tr"),
            date: Date(timeIntervalSince1970: 1_700_000_000),
            content: .text(text)
        )
    }

    private func received(_ event: InboundEvent) -> ReceivedUpdate {
        ReceivedUpdate(id: event.id, meaning: .event(event))
    }

    @Test("gives accepted events back whole and in order until they are finished", arguments: Kind.allCases)
    func keepsAccepted(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let events = [event(3, text: "çok güzel \u{1F99C} <|im_end|>"), event(1), event(2, chat: -100)]
            #expect(try await store.accept(events.map(received)) == events)
            #expect(try await store.unfinishedEvents(of: bot) == events)
            #expect(try await store.unfinishedEvents(of: BotID(8)) == [])
            try await store.finish(events[1].id, as: .answered, remembering: [], in: events[1].key)
            #expect(try await store.unfinishedEvents(of: bot) == [events[0], events[2]])
        }
    }

    @Test("recognises an update that comes again, before and after its end", arguments: Kind.allCases)
    func deduplicates(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let first = event(1)
            #expect(try await store.accept([received(first)]) == [first])
            #expect(try await store.accept([received(first), received(event(2))]) == [event(2)])
            try await store.finish(first.id, as: .answered, remembering: [], in: first.key)
            #expect(try await store.accept([received(first)]) == [])
            #expect(try await store.unfinishedEvents(of: bot) == [event(2)])
        }
    }

    @Test("records what is ignored or unreadable so that it does not come back", arguments: Kind.allCases)
    func recordsOthers(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let ignored = ReceivedUpdate(id: EventID(bot: bot, update: 4), meaning: .ignored(reason: "edited"))
            let poison = ReceivedUpdate(id: EventID(bot: bot, update: 5), meaning: .unreadable(bytes: [0xFF, 0x00]))
            #expect(try await store.accept([ignored, poison]) == [])
            #expect(try await store.accept([received(event(4)), received(event(5))]) == [])
            #expect(try await store.unfinishedEvents(of: bot) == [])
        }
    }

    @Test("tells the next attempt what the last one left", arguments: Kind.allCases)
    func keepsProgress(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let one = event(1)
            _ = try await store.accept([received(one)])
            #expect(try await store.beginAnswer(to: one.id) == AnswerProgress(attempt: 1))
            try await store.recordMessage(MessageID(501), part: 0, of: one.id)
            try await store.recordMessage(MessageID(502), part: 1, of: one.id)
            #expect(
                try await store.beginAnswer(to: one.id)
                    == AnswerProgress(attempt: 2, messages: [0: MessageID(501), 1: MessageID(502)])
            )
            let final = FinalReply(text: "so it is", isRemembered: true)
            try await store.recordFinal(final, of: one.id)
            #expect(try await store.beginAnswer(to: one.id)?.final == final)
            #expect(try await store.unfinishedEvents(of: bot) == [one])
            try await store.finish(one.id, as: .answered, remembering: [], in: one.key)
            #expect(try await store.beginAnswer(to: one.id) == nil)
            #expect(try await store.beginAnswer(to: EventID(bot: bot, update: 99)) == nil)
        }
    }

    @Test("appends the turns of an event once, however often it is finished", arguments: Kind.allCases)
    func appendsOnce(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let one = event(1)
            let turns = [
                Turn(.user("q\u{0}uestion"), date: Date(timeIntervalSince1970: 5)),
                Turn(.assistant("answer \u{1F9D1}\u{200D}\u{1F680}"), date: Date(timeIntervalSince1970: 6)),
            ]
            _ = try await store.accept([received(one)])
            try await store.finish(one.id, as: .answered, remembering: turns, in: one.key)
            try await store.finish(one.id, as: .answered, remembering: turns, in: one.key)
            let kept = try await store.conversation(for: one.key, turnLimit: 10).turns
            #expect(kept.count == 2)
            #expect(kept.last?.message == turns.last?.message)
            #expect(kept.last?.date == turns.last?.date)
            // NUL characters need not survive; the text around them must.
            #expect(kept.first?.message.content.filter { $0 != "\0" } == "question")
        }
    }

    @Test("keeps conversations apart by chat, thread and person, and gives the latest turns", arguments: Kind.allCases)
    func separates(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let keys = [
                ConversationKey(bot: bot, chat: ChatID(1)),
                ConversationKey(bot: bot, chat: ChatID(1), thread: ThreadID(2)),
                ConversationKey(bot: bot, chat: ChatID(1), user: UserID(2)),
                ConversationKey(bot: BotID(8), chat: ChatID(1)),
                ConversationKey(bot: bot, chat: ChatID(-1)),
            ]
            for (index, key) in keys.enumerated() {
                var one = event(Int64(index))
                one.key = key
                _ = try await store.accept([received(one)])
                let turns = (0...index).map { Turn(.user("\(index)/\($0)"), date: one.date) }
                try await store.finish(one.id, as: .answered, remembering: turns, in: key)
            }
            for (index, key) in keys.enumerated() {
                let all = try await store.conversation(for: key, turnLimit: 100).turns
                #expect(all.map(\.message.content) == (0...index).map { "\(index)/\($0)" })
                let last = try await store.conversation(for: key, turnLimit: 1).turns
                #expect(last.map(\.message.content) == ["\(index)/\(index)"])
                #expect(try await store.conversation(for: key, turnLimit: 0).turns == [])
            }
        }
    }

    @Test("forgets turns and keeps the chosen context length", arguments: Kind.allCases)
    func erases(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let one = event(1)
            try await store.setContextLength(4, for: one.key)
            try await store.setContextLength(6, for: one.key)
            _ = try await store.accept([received(one)])
            try await store.finish(one.id, as: .answered, remembering: [Turn(.user("x"), date: one.date)], in: one.key)
            try await store.eraseTurns(of: one.key)
            #expect(try await store.conversation(for: one.key, turnLimit: 9) == Conversation(contextLength: 6))
        }
    }

    @Test("forgets old finished updates and no unfinished one", arguments: Kind.allCases)
    func prunes(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let (done, open) = (event(1), event(2))
            _ = try await store.accept([received(done), received(open)])
            try await store.finish(done.id, as: .answered, remembering: [], in: done.key)
            try await store.pruneUpdates(receivedBefore: Date(timeIntervalSince1970: 1000))
            #expect(try await store.accept([received(done)]) == [])
            try await store.pruneUpdates(receivedBefore: Date(timeIntervalSinceNow: 3600))
            #expect(try await store.unfinishedEvents(of: bot) == [open])
            #expect(try await store.accept([received(done), received(open)]) == [done])
        }
    }

    @Test("survives many writers at once without losing or doubling an update", arguments: Kind.allCases)
    func concurrent(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let acceptedCount = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<8 {
                    let batch = (0..<20).map { received(event(Int64(($0 + writer) % 20))) }
                    group.addTask { try await store.accept(batch).count }
                }
                return try await group.reduce(0, +)
            }
            #expect(acceptedCount == 20)
            #expect(try await store.unfinishedEvents(of: bot).count == 20)
        }
    }
}
