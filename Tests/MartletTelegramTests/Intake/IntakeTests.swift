import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletStore
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("The intake", .timeLimit(.minutes(1)))
struct IntakeTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func event(_ number: Int64, _ content: InboundEvent.Content, age: TimeInterval, now: Date) -> ReceivedUpdate
    {
        let id = EventID(bot: ReaderBench.bot, update: number)
        let event = InboundEvent(
            id: id,
            key: ConversationKey(bot: ReaderBench.bot, chat: ChatID(11)),
            isPrivate: true,
            message: MessageID(1),
            sender: .init(id: UserID(11), name: "Ada"),
            date: now.addingTimeInterval(-age),
            content: content
        )
        return ReceivedUpdate(id: id, meaning: .event(event))
    }

    @Test("leftovers that nobody waits for any more are ended, the others are taken up in order")
    func leftovers() async throws {
        let store = MemoryConversationStore()
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let press = ButtonPress(
            query: "q",
            action: .stop,
            question: EventID(bot: ReaderBench.bot, update: 1),
            owner: nil
        )
        _ = await store.accept([
            event(1, .text("old"), age: 80_000, now: now), event(2, .press(press), age: 151, now: now),
            event(3, .press(press), age: 149, now: now),
            event(4, .inlineQuery(query: "i", text: ""), age: 31, now: now),
            event(5, .inlineQuery(query: "i", text: ""), age: 29, now: now),
            event(6, .press(press), age: -500, now: now),
            event(7, .stop, age: 500, now: now),
        ])
        let line = CollectingLine()
        let intake = Intake(reader: ReaderBench().reader, store: store, line: line, logger: logger)
        try await intake.takeUpLeftovers(at: now)
        #expect(line.leftovers.map(\.id.update) == [1, 3, 5, 6, 7])
        #expect(await store.unfinishedEvents(of: ReaderBench.bot).map(\.id.update) == [1, 3, 5, 6, 7])
    }

    @Test("what is older than the memory is forgotten")
    func prune() async throws {
        let store = MemoryConversationStore()
        let intake = Intake(
            reader: ReaderBench().reader,
            store: store,
            line: CollectingLine(),
            memory: .seconds(60),
            logger: logger
        )
        let update = ReceivedUpdate(id: EventID(bot: ReaderBench.bot, update: 1), meaning: .ignored(reason: "test"))
        try await intake.take([update])
        try await intake.prune(at: Date())
        let seen = event(1, .text("again"), age: 0, now: Date())
        #expect(await store.accept([seen]).isEmpty)
        try await intake.prune(at: Date(timeIntervalSinceNow: 120))
        #expect(await store.accept([seen]).count == 1)
    }
}

@Suite("The offset of polling")
struct PollingOffsetTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func updates(_ numbers: Int64...) -> [ReceivedUpdate] {
        numbers.map { ReceivedUpdate(id: EventID(bot: ReaderBench.bot, update: $0), meaning: .ignored(reason: "test")) }
    }

    @Test("is behind the latest batch, also where the platform has begun to count anew")
    func follows() {
        var offset = PollingOffset()
        #expect(offset.value(at: start) == nil)
        offset.note(updates(5, 9, 7), at: start)
        #expect(offset.value(at: start) == 10)
        offset.note([], at: start)
        #expect(offset.value(at: start) == 10)
        offset.note(updates(3), at: start)
        #expect(offset.value(at: start) == 4)
        offset.note(updates(.max), at: start)
        #expect(offset.value(at: start) == 4, "nothing is behind the highest number")
        offset.note(updates(-5), at: start)
        #expect(offset.value(at: start) == 4, "numbers below zero are our own")
    }

    @Test("is forgotten before a week of silence, and when the clock is set back by one")
    func silence() {
        var offset = PollingOffset()
        offset.note(updates(5), at: start)
        #expect(offset.value(at: start.addingTimeInterval(PollingOffset.lifetime - 1)) == 6)
        #expect(offset.value(at: start.addingTimeInterval(PollingOffset.lifetime)) == nil)
        #expect(offset.value(at: start.addingTimeInterval(-PollingOffset.lifetime)) == nil)
        offset.note(updates(2), at: start.addingTimeInterval(PollingOffset.lifetime * 2))
        #expect(offset.value(at: start.addingTimeInterval(PollingOffset.lifetime * 2)) == 3)
    }
}
