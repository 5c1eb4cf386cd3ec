import FoundationEssentials
import MartletConversation
import MartletCore
import MartletStore
import Testing

/// What every store must do about claims, exchanges and chats that move.
@Suite("Every conversation store, about answers")
struct AnswerStoreConformance {
    typealias Kind = StoreKind

    private let bot = BotID(7)

    private func withStore(_ kind: Kind, _ body: (any ConversationStore) async throws -> Void) async throws {
        try await kind.withStore { try await body($0) }
    }

    private func event(_ update: Int64, chat: Int64 = 1, thread: Int64? = nil, user: Int64? = nil) -> InboundEvent {
        InboundEvent(
            id: EventID(bot: bot, update: update),
            key: ConversationKey(
                bot: bot,
                chat: ChatID(chat),
                thread: thread.map { ThreadID($0) },
                user: user.map { UserID($0) }
            ),
            isPrivate: true,
            message: MessageID(update * 10),
            sender: .init(id: UserID(5), name: "Ada"),
            date: Date(timeIntervalSince1970: 1_700_000_000),
            content: .text("q\(update)")
        )
    }

    private func accept(_ events: [InboundEvent], in store: any ConversationStore) async throws {
        _ = try await store.accept(events.map { ReceivedUpdate(id: $0.id, meaning: .event($0)) })
    }

    private func turns(_ event: InboundEvent, parent: Int64? = nil) -> [Turn] {
        let question = Turn(
            ChatMessage(role: .user, content: "q\(event.id.update)", name: "Ada"),
            date: event.date,
            event: event.id,
            source: event.message,
            speaker: UserID(5),
            parent: parent.map { MessageID($0) }
        )
        return [question, Turn(.assistant("a\(event.id.update)"), date: event.date, event: event.id)]
    }

    /// Asks and answers; the answer is shown as message `update * 10 + 1`.
    private func converse(_ event: InboundEvent, parent: Int64? = nil, in store: any ConversationStore) async throws {
        try await accept([event], in: store)
        _ = try await store.beginAnswer(to: event.id)
        try await store.recordMessage(MessageID(event.id.update * 10 + 1), part: 0, of: event.id)
        let remembrance = Remembrance.turns(turns(event, parent: parent))
        try await store.finish([event.id], as: .answered, remembering: remembrance, in: event.key)
    }

    private func contents(_ key: ConversationKey, in store: any ConversationStore) async throws -> [String] {
        try await store.conversation(for: key, turnLimit: 99).turns.map(\.message.content)
    }

    @Test("gives an event to one claim at a time, until it expires", arguments: Kind.allCases)
    func leases(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let one = event(1)
            try await accept([one], in: store)
            let now = Date(timeIntervalSince1970: 1000)
            let mine = Lease(owner: "mine", taken: now, lasting: .seconds(10))
            #expect(
                try await store.beginAnswer(to: one.id, joining: [], lease: mine)
                    == .begun(AnswerProgress(attempt: 1))
            )
            let early = Lease(owner: "other", taken: now.addingTimeInterval(9), lasting: .seconds(10))
            #expect(
                try await store.beginAnswer(to: one.id, joining: [], lease: early) == .held(until: mine.expiry)
            )
            #expect(try await store.renew(early, of: one.id) == .lost)
            #expect(try await store.eventsBeingAnswered(in: one.key, at: now).map(\.id) == [one.id])
            #expect(try await store.eventsBeingAnswered(in: event(2, chat: 2).key, at: now) == [])
            try await store.requestStop(of: one.id)
            let renewed = Lease(owner: "mine", taken: now.addingTimeInterval(5), lasting: .seconds(10))
            #expect(try await store.renew(renewed, of: one.id) == .stopRequested)
            #expect(try await store.eventsBeingAnswered(in: one.key, at: now.addingTimeInterval(16)) == [])
            let late = Lease(owner: "other", taken: now.addingTimeInterval(16), lasting: .seconds(10))
            #expect(
                try await store.beginAnswer(to: one.id, joining: [], lease: late)
                    == .begun(AnswerProgress(attempt: 2))
            )
            #expect(try await store.renew(mine, of: one.id) == .lost)
            try await store.finish(one.id, as: .answered, remembering: [], in: one.key)
            #expect(try await store.renew(late, of: one.id) == .lost)
            #expect(try await store.beginAnswer(to: one.id, joining: [], lease: late) == .finished)
        }
    }

    @Test("joins events for good at the first attempt, and ends them together", arguments: Kind.allCases)
    func joins(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let events = [event(1), event(2), event(3)]
            try await accept(events, in: store)
            let lease = Lease(owner: "mine", lasting: .seconds(10))
            let first = try await store.beginAnswer(to: events[0].id, joining: [events[1].id], lease: lease)
            #expect(first == .begun(AnswerProgress(attempt: 1, joined: [events[1].id])))
            let second = try await store.beginAnswer(
                to: events[0].id,
                joining: [events[1].id, events[2].id],
                lease: lease
            )
            #expect(second == .begun(AnswerProgress(attempt: 2, joined: [events[1].id])))
            #expect(try await store.beginAnswer(to: events[1].id, joining: [], lease: lease) == .finished)
            #expect(try await store.unfinishedEvents(of: bot) == events)
            try await store.finish(
                [events[0].id, events[1].id],
                as: .answered,
                remembering: .turns(turns(events[0])),
                in: events[0].key
            )
            #expect(try await store.unfinishedEvents(of: bot) == [events[2]])
            try await store.finish(
                [events[0].id],
                as: .answered,
                remembering: .turns(turns(events[0])),
                in: events[0].key
            )
            #expect(try await contents(events[0].key, in: store) == ["q1", "a1"])
        }
    }

    @Test("knows what waits in a place, until somebody begins it or joins it to another", arguments: Kind.allCases)
    func waiting(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let events = [event(1), event(2), event(3, chat: 2), event(4), event(5, thread: 9), event(6, user: 5)]
            try await accept(events, in: store)
            func waiting(_ key: ConversationKey) async throws -> [Int64] {
                try await store.waitingEvents(in: key).map(\.id.update)
            }
            #expect(try await waiting(events[0].key) == [1, 2, 4, 6], "a place is everybody's in it")
            #expect(try await waiting(events[4].key) == [5])
            _ = try await store.beginAnswer(
                to: events[0].id,
                joining: [events[1].id],
                lease: Lease(owner: "mine", lasting: .seconds(10))
            )
            #expect(try await waiting(events[0].key) == [4, 6])
            try await store.finish(events[3].id, as: .ignored, remembering: [], in: events[3].key)
            #expect(try await waiting(events[0].key) == [6])
            #expect(try await waiting(ConversationKey(bot: BotID(8), chat: ChatID(1))) == [])
        }
    }

    @Test(
        "keeps what was overheard beside the conversation, the latest of it, and nothing is asked by it",
        arguments: Kind.allCases
    )
    func overheard(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let key = event(1, chat: -5).key
            try await converse(event(1, chat: -5), in: store)
            for update in 2...Int64(Remembrance.overheardLimit + 3) {
                let event = event(update, chat: -5)
                try await accept([event], in: store)
                _ = try await store.beginAnswer(to: event.id)
                let turn = Turn(
                    ChatMessage(role: .user, content: "by the way \(update)", name: "Ada"),
                    date: event.date,
                    source: event.message,
                    speaker: UserID(5)
                )
                #expect(turn.isOverheard)
                try await store.finish([event.id], as: .ignored, remembering: .overheard(turn), in: key)
            }
            let kept = try await contents(key, in: store)
            #expect(kept.prefix(3) == ["q1", "a1", "by the way 4"])
            #expect(kept.count == 2 + Remembrance.overheardLimit)
            #expect(try await store.exchange(of: nil, in: key)?.question.message.content == "q1")
            #expect(
                try await store.replyChain(to: MessageID(50), in: key, limit: 3).map(\.message.content) == [
                    "by the way 5"
                ]
            )
            #expect(try await store.removeLatestExchange(in: key))
            #expect(try await contents(key, in: store).count == Remembrance.overheardLimit)
            #expect(try await store.removeLatestExchange(in: key) == false)
        }
    }

    @Test("keeps a settled reply whole, and changes only what is not settled", arguments: Kind.allCases)
    func finals(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let one = event(1)
            try await accept([one], in: store)
            try await store.amend(one.id, to: .text("better"))
            #expect(try await store.unfinishedEvents(of: bot).map(\.content) == [.text("better")])
            let final = FinalReply(
                text: "so",
                isRemembered: true,
                actions: [.regenerate, .choose("a")],
                choices: [[ReplyChoice("A", value: "a")]],
                thinking: "hm",
                remembered: "s"
            )
            try await store.recordFinal(final, of: one.id)
            #expect(try await store.beginAnswer(to: one.id)?.final == final)
            try await store.amend(one.id, to: .text("too late"))
            #expect(try await store.unfinishedEvents(of: bot).map(\.content) == [.text("better")])
        }
    }

    @Test("replaces, continues and takes back answers where they stand", arguments: Kind.allCases)
    func exchanges(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let (one, two, three) = (event(1), event(2), event(3))
            try await converse(one, in: store)
            try await converse(two, in: store)
            let found = try await store.exchange(of: one.id, in: one.key)
            #expect(found?.question.message.content == "q1")
            #expect(found?.question.speaker == UserID(5))
            #expect(found?.answer?.message.content == "a1")
            #expect(found?.messages == [0: MessageID(11)])
            #expect(try await store.exchange(of: nil, in: one.key)?.question.event == two.id)
            #expect(try await store.exchange(of: one.id, in: event(1, chat: 9).key) == nil)

            try await accept([three], in: store)
            let another = Turn(.assistant("b1"), date: one.date, event: one.id)
            try await store.finish([three.id], as: .answered, remembering: .answer(another, to: one.id), in: one.key)
            #expect(try await contents(one.key, in: store) == ["q1", "b1", "q2", "a2"])

            let four = event(4)
            try await accept([four], in: store)
            try await store.recordMessage(MessageID(41), part: 0, of: four.id)
            try await store.finish(
                [four.id],
                as: .answered,
                remembering: .continuation("b1 and more", of: one.id),
                in: one.key
            )
            #expect(try await contents(one.key, in: store) == ["q1", "b1 and more", "q2", "a2"])
            let longer = try await store.exchange(of: one.id, in: one.key)
            #expect(longer?.messages == [0: MessageID(11), 1: MessageID(41)])

            #expect(try await store.removeLatestExchange(in: one.key))
            #expect(try await contents(one.key, in: store) == ["q1", "b1 and more"])
            #expect(try await store.removeLatestExchange(in: one.key))
            #expect(try await !store.removeLatestExchange(in: one.key))
        }
    }

    @Test("keeps a question without an answer aside until it has one or another comes", arguments: Kind.allCases)
    func unanswered(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let (one, two, three) = (event(1), event(2), event(3))
            try await accept([one, two], in: store)
            try await store.finish([one.id], as: .answered, remembering: .unanswered(turns(one)[0]), in: one.key)
            #expect(try await contents(one.key, in: store) == [])
            #expect(try await store.exchange(of: nil, in: one.key)?.question.message.content == "q1")
            let answer = Remembrance.answer(turns(one)[1], to: one.id)
            try await store.finish([two.id], as: .answered, remembering: answer, in: one.key)
            #expect(try await contents(one.key, in: store) == ["q1", "a1"])
            try await accept([three], in: store)
            try await store.finish([three.id], as: .answered, remembering: .unanswered(turns(three)[0]), in: one.key)
            try await converse(event(4), in: store)
            #expect(try await store.conversation(for: one.key, turnLimit: 9).unanswered == nil)
        }
    }

    @Test("puts turns away without erasing them, and erases everything made from them", arguments: Kind.allCases)
    func archives(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let one = event(1)
            try await converse(one, in: store)
            try await store.updateSettings(of: one.key) { $0.model = "large" }
            let position = try #require(try await store.conversation(for: one.key, turnLimit: 9).turns.last?.position)
            try await store.setSummary(.init(text: "in short", through: position), for: one.key)
            #expect(try await store.conversation(for: one.key, turnLimit: 9).summary?.text == "in short")
            try await store.archiveTurns(of: one.key)
            #expect(
                try await store.conversation(for: one.key, turnLimit: 9).settings.model == "large"
            )
            #expect(try await contents(one.key, in: store) == [])
            #expect(try await store.conversation(for: one.key, turnLimit: 9).summary == nil)
            #expect(try await store.exchange(of: one.id, in: one.key) == nil)
            // A summary that was on its way comes too late.
            try await store.setSummary(.init(text: "in short", through: position), for: one.key)
            #expect(try await store.conversation(for: one.key, turnLimit: 9).summary == nil)
            try await converse(event(2), in: store)
            #expect(try await contents(one.key, in: store) == ["q2", "a2"])
            try await store.eraseTurns(of: one.key)
            #expect(try await contents(one.key, in: store) == [])
            #expect(try await store.replyChain(to: MessageID(11), in: one.key, limit: 5) == [])
            #expect(try await store.conversation(for: one.key, turnLimit: 9).settings.model == "large")
        }
    }

    @Test("follows a chain of replies through questions and answers, within one place", arguments: Kind.allCases)
    func chains(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            try await converse(event(1), in: store)
            try await converse(event(2, user: 5), parent: 11, in: store)
            try await converse(event(3, thread: 4), parent: 21, in: store)
            let place = event(1).key
            func chain(_ message: Int64, _ place: ConversationKey, _ limit: Int = 9) async throws -> [String] {
                try await store.replyChain(to: MessageID(message), in: place, limit: limit).map(\.message.content)
            }
            #expect(try await chain(21, place) == ["q1", "a1", "q2", "a2"])
            #expect(try await chain(20, place) == ["q1", "a1", "q2"])
            #expect(try await chain(21, place, 2) == ["q2", "a2"])
            #expect(try await chain(31, place) == [], "another thread's messages are not shown here")
            #expect(try await chain(31, event(3, thread: 4).key) == ["q3", "a3"])
            #expect(try await chain(99, place) == [])
        }
    }

    @Test("moves everything of a chat, unfinished events too, and joins what has begun there", arguments: Kind.allCases)
    func migrates(kind: Kind) async throws {
        try await withStore(kind) { store async throws in
            let waiting = event(3)
            try await converse(event(1), in: store)
            try await converse(event(2, user: 5), in: store)
            try await store.updateSettings(of: event(1).key) { $0.contextLength = 4 }
            try await converse(event(5, chat: 2), in: store)
            try await converse(event(6, chat: -77), in: store)
            try await accept([waiting], in: store)
            let moved = try await store.migrate(ChatID(1), of: bot, to: ChatID(-77))
            #expect(Set(moved) == [event(1).key, event(2, user: 5).key])
            #expect(try await contents(event(1, chat: -77).key, in: store) == ["q1", "a1", "q6", "a6"])
            #expect(try await contents(event(2, chat: -77, user: 5).key, in: store) == ["q2", "a2"])
            #expect(try await contents(event(1).key, in: store) == [])
            #expect(try await contents(event(5, chat: 2).key, in: store) == ["q5", "a5"])
            #expect(try await store.conversation(for: event(1, chat: -77).key, turnLimit: 1).contextLength == 4)
            #expect(try await store.unfinishedEvents(of: bot).map(\.key.chat) == [ChatID(-77)])
            #expect(try await store.migrate(ChatID(1), of: bot, to: ChatID(-77)) == [])
            #expect(
                try await Set(store.conversations(of: UserID(5), bot: bot)) == [event(2, chat: -77, user: 5).key]
            )
            #expect(try await store.conversations(of: UserID(2), bot: bot) == [event(5, chat: 2).key])
        }
    }
}

@Suite("The choices of a chat")
struct ChatSettingsTests {
    @Test("are read as far as they are understood")
    func lenient() throws {
        let text = #"{"contextLength":3,"language":"xx","busyPolicy":7,"model":"m","later":{}}"#
        let settings = try JSONDecoder().decode(ChatSettings.self, from: Data(text.utf8))
        #expect(settings.contextLength == 3)
        #expect(settings.model == "m")
        #expect(settings.language == nil)
        #expect(settings.busyPolicy == nil)
    }
}

@Suite("The key of a conversation")
struct ConversationKeyTests {
    @Test(
        "is read back from its text",
        arguments: [
            ConversationKey(bot: BotID(7), chat: ChatID(-5)),
            ConversationKey(bot: BotID(7), chat: ChatID(5), thread: ThreadID(2)),
            ConversationKey(bot: BotID(7), chat: ChatID(5), user: UserID(9)),
            ConversationKey(bot: BotID(7), chat: ChatID(5), connection: ConnectionID("a:b")),
        ]
    )
    func readsBack(key: ConversationKey) {
        #expect(ConversationKey(stored: key.description) == key)
    }

    @Test("is not read from anything else", arguments: ["", "7:5", "7:5:x:-", "7:5:-:", "a:b:c:d"])
    func refuses(text: String) {
        #expect(ConversationKey(stored: text) == nil)
    }
}
