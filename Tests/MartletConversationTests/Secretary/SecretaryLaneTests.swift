import FoundationEssentials
import MartletConversation
import Testing

/// A lane with a clock of its own, fed by a test.
private struct Lane {
    var lane = SecretaryLane()
    var now = Date(timeIntervalSince1970: 1_000_000)
    var rules = LaneRules(defaultMode: .suggest, canReply: true, settings: SecretarySettings(), chance: 0.5)
    var records: [LaneRecord] = []
    var update: Int64 = 0

    init(_ mode: SecretaryMode = .suggest) { rules.defaultMode = mode }

    @discardableResult
    mutating func callAsFunction(_ input: LaneInput) -> LaneAnswer? {
        let step = lane.advance(input, at: now, under: rules)
        records += step.records
        return step.answer
    }

    mutating func says(_ text: String, isReadable: Bool = true) {
        update += 1
        let said = SaidMessage(message: MessageID(update), author: .contact, text: text, date: now)
        self(
            .contactSaid(
                said,
                from: LaneContact(name: "Ada"),
                event: EventID(bot: BotID(7), update: update),
                isReadable: isReadable
            )
        )
    }

    @discardableResult
    mutating func owner(_ text: String, message: Int64? = nil) -> LaneAnswer? {
        update += 1
        let said = SaidMessage(message: MessageID(message ?? update), author: .owner, text: text, date: now)
        return self(.ownerSpoke(said, event: EventID(bot: BotID(7), update: update)))
    }

    mutating func wait(_ seconds: TimeInterval) {
        now += seconds
        self(.tick)
    }

    /// Does what the lane asks for, until it waits; drafts are shown as messages from 100 on.
    @discardableResult
    mutating func work(answer: String? = "fine", send: Bool = true) -> [LaneAction] {
        var done: [LaneAction] = []
        while let action = lane.action, done.count < 50 {
            done.append(action)
            switch action {
            case .chore(let chore): self(.choreEnded(chore.number))
            case .write(let round): self(answer.map { .written($0, round: round) } ?? .notWritten(round: round))
            case .show(let draft): self(.shown(MessageID(100 + Int64(draft.number)), draft: draft.number))
            case .send(let draft):
                guard self(.sendBegins(draft: draft.number)) == .mayBegin else { continue }
                self(
                    send
                        ? .sent(MessageID(500 + Int64(draft.number)), draft: draft.number)
                        : .notSent(draft: draft.number)
                )
            case .doubt(let draft): self(.sendInDoubt(draft: draft.number))
            }
        }
        return done
    }

    var claims: [String] {
        records.compactMap { if case .claimed(let draft, _, _) = $0 { draft.text } else { nil } }
    }
    var outcomes: [SentMessage.Outcome] {
        records.compactMap { if case .settled(_, let outcome) = $0 { outcome } else { nil } }
    }
    /// Waits for the quiet, writes and waits out the delay.
    mutating func answers(_ text: String = "fine") {
        wait(8)
        work(answer: text)
        wait(120)
        work()
    }
}

@Suite("The secretary's lane")
struct SecretaryLaneTests {
    @Test("collects until the contact is quiet, but not for ever")
    func debounces() {
        var lane = Lane()
        lane.says("one")
        lane.wait(7)
        lane.says("two")
        lane.wait(7)
        #expect(lane.lane.action == nil)
        lane.wait(1)
        #expect(lane.lane.action == .write(round: 1))
        var chatty = Lane()
        for _ in 0..<20 {
            chatty.says("and")
            chatty.wait(5)
            if chatty.lane.action != nil { break }
        }
        #expect(chatty.now.timeIntervalSince1970 <= 1_000_000 + 65)
        #expect(chatty.lane.action == .write(round: 1))
    }

    @Test("suggests, and sends what the owner presses once", arguments: [true, false])
    func suggests(isDelivered: Bool) {
        var lane = Lane()
        lane.says("how are you?")
        lane.wait(8)
        #expect(lane.work() == [.write(round: 1), .show(LaneDraft(number: 1, text: "fine"))])
        #expect(lane(.pressed(.send, draft: 1, message: MessageID(101))) == .sending)
        #expect(lane(.pressed(.send, draft: 1, message: MessageID(101))) == .alreadySent)
        lane.work(send: isDelivered)
        let again = lane(.pressed(.send, draft: 1, message: MessageID(101)))
        #expect(again == (isDelivered ? .alreadySent : .outdated))
        #expect(lane.claims == ["fine"])
        #expect(lane.outcomes == [isDelivered ? .sent : .failed])
        #expect(lane.lane.phase == .idle)
    }

    @Test("gives a draft up for a newer message, wherever it is")
    func replaces() {
        var lane = Lane()
        lane.says("one")
        lane.wait(8)
        lane.says("two")  // while the model writes
        #expect(lane(.written("late", round: 1)) == nil)
        lane.wait(8)
        lane.work()
        lane.says("three")
        let chores = lane.work()
        #expect(
            chores == [
                .chore(LaneChore(number: 1, kind: .change(MessageID(102), text: "fine", to: .outdated)))
            ]
        )
        #expect(lane(.pressed(.send, draft: 2, message: MessageID(102))) == .outdated)
        lane.wait(8)
        lane(.written("newer", round: 3))
        lane.says("four")  // while the draft is on its way to the owner
        lane(.shown(MessageID(103), draft: 3))
        #expect(lane.work().count == 1)
        #expect(lane.claims.isEmpty)
    }

    @Test("takes the owner's own words, at once where it asked for them and as a draft where it did not")
    func edits() {
        var lane = Lane()
        lane.says("hello")
        lane.wait(8)
        lane.work()
        let first = lane(
            .ownerWrote("mine", marks: [], answering: MessageID(101), event: EventID(bot: BotID(7), update: 90))
        )
        #expect(first == .editing)
        lane.work()
        #expect(lane.claims.isEmpty)
        #expect(lane(.pressed(.edit, draft: 2, message: MessageID(102))) == .editing)
        lane.work()
        let event = EventID(bot: BotID(7), update: 91)
        #expect(lane(.ownerWrote("really mine", marks: [], answering: MessageID(102), event: event)) == .sending)
        lane.work()
        #expect(lane(.ownerWrote("really mine", marks: [], answering: MessageID(102), event: event)) == nil)
        lane.work()
        #expect(lane.claims == ["really mine"])
    }

    @Test("answers by itself after a delay")
    func automatic() {
        var lane = Lane(.automatic)
        lane.says("hello")
        lane.wait(8)
        #expect(lane.work() == [.write(round: 1)])
        guard case .holding(_, let until) = lane.lane.phase else {
            Issue.record("it does not wait")
            return
        }
        #expect(until >= lane.now + 4)
        lane.wait(120)
        #expect(lane.work() == [.send(LaneDraft(number: 1, text: "fine"))])
        #expect(lane.outcomes == [.sent])
        #expect(lane.lane.exchangeCount == 1)
    }

    @Test("withholds a written answer when the owner writes, and pauses")
    func ownerTakesOver() {
        var lane = Lane(.automatic)
        lane.says("hello")
        lane.wait(8)
        lane.work()
        lane.owner("I'm here")
        #expect(lane.work() == [.show(LaneDraft(number: 1, text: "fine"))])
        lane.says("good")
        lane.wait(300)
        #expect(lane.work(answer: nil).count == 1, "only the draft is marked as outdated")
        lane.wait(301)
        #expect(lane.lane.action == .write(round: 2), "the pause is over and the owner said nothing more")
        #expect(lane.claims.isEmpty)
    }

    @Test("knows its own echo by number and by words, before and after the platform answers")
    func echoes() {
        var lane = Lane(.automatic)
        lane.says("hello")
        lane.wait(8)
        lane.work()
        lane.wait(120)
        lane(.sendBegins(draft: 1))
        lane.owner("Fine!", message: 777)
        #expect(lane.lane.pausedUntil == nil)
        lane(.sent(MessageID(777), draft: 1))
        lane.owner("Fine", message: 777)
        #expect(lane.lane.pausedUntil == nil)
        lane.owner("fine", message: 778)
        #expect(lane.lane.pausedUntil != nil, "the same words a second time are the owner's")
        let echo = SaidMessage(message: MessageID(777), author: .contact, text: "Fine", date: lane.now)
        lane(
            .contactSaid(
                echo,
                from: LaneContact(name: "Ada"),
                event: EventID(bot: BotID(7), update: 99),
                isReadable: true
            )
        )
        #expect(lane.lane.phase == .idle)
    }

    @Test("never sends again what may have been sent, and an echo settles the doubt")
    func doubts() {
        var lane = Lane(.automatic)
        lane.says("hello")
        lane.wait(8)
        lane.work()
        lane.wait(120)
        lane(.sendBegins(draft: 1))
        #expect(lane.lane.action == .doubt(LaneDraft(number: 1, text: "fine")))
        #expect(lane(.sendBegins(draft: 1)) == nil)
        lane.work()
        #expect(lane.outcomes == [.doubtful])
        lane.wait(3600)
        lane.owner("fine", message: 800)
        #expect(lane.outcomes == [.doubtful, .sent])
        #expect(lane.claims == ["fine"])
        #expect(lane.lane.pausedUntil == nil)
    }

    struct Obstacle: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isOffered: Bool
        var arrange: @Sendable (inout LaneRules) -> Void
    }

    static let obstacles = [
        Obstacle(testDescription: "rights lost", isOffered: false) { $0.canReply = false },
        Obstacle(testDescription: "turned off", isOffered: false) { $0.defaultMode = .off },
        Obstacle(testDescription: "suggesting now", isOffered: true) { $0.defaultMode = .suggest },
        Obstacle(testDescription: "limit of the contact", isOffered: true) { $0.automaticCount = 30 },
        Obstacle(testDescription: "limit of the owner", isOffered: true) { $0.ownerAutomaticCount = 200 },
        Obstacle(testDescription: "many without the owner", isOffered: true) { $0.settings.maximumExchanges = 0 },
        Obstacle(testDescription: "a day passed", isOffered: false) { $0.settings.replyWindow = .seconds(60) },
    ]

    @Test("does not send what the world forbids by then", arguments: obstacles)
    func forbids(obstacle: Obstacle) {
        var lane = Lane(.automatic)
        lane.says("hello")
        lane.wait(8)
        lane.work()
        obstacle.arrange(&lane.rules)
        lane.wait(120)
        lane.work()
        #expect(lane.claims.isEmpty)
        if case .offered = lane.lane.phase {
            #expect(obstacle.isOffered)
        } else {
            #expect(lane.lane.phase == .idle && !obstacle.isOffered)
        }
    }

    @Test("waits for the end of the night, with one answer to all that was said")
    func quietHours() {
        var lane = Lane(.automatic)
        // 1,000,000 is 13:46:40 in UTC.
        lane.rules.settings.quietHours = QuietHours(start: 13 * 60, end: 15 * 60, timeZone: .gmt)
        lane.says("hello")
        lane.wait(60)
        lane.says("are you there?")
        lane.wait(4000)
        #expect(lane.lane.action == nil)
        lane.wait(600)
        #expect(lane.lane.action == .write(round: 1))
        lane.work()
        lane.wait(120)
        lane.work()
        #expect(lane.claims == ["fine"])
        lane.now += 86_400 - 5000
        lane.rules.settings.quietHours = nil
        lane.says("hello")
        lane.wait(8)
        lane.work()
        lane.rules.settings.quietHours = QuietHours(start: 13 * 60, end: 15 * 60, timeZone: .gmt)
        lane.now = Date(timeIntervalSince1970: 1_086_400)
        lane(.tick)
        #expect(lane.lane.action == nil, "a delay that reaches into the night goes on until its end")
        lane.wait(4800)
        #expect(lane.lane.action == .send(LaneDraft(number: 2, text: "fine")))
    }

    @Test("cuts a talk with a machine, says so once, and goes on when the owner does something")
    func loops() {
        var lane = Lane(.automatic)
        lane.rules.settings.maximumExchanges = 3
        for _ in 0..<6 {
            lane.says("beep")
            lane.answers()
        }
        #expect(lane.claims.count == 3)
        #expect(lane(.pressed(.send, draft: 6, message: MessageID(106))) == .sending)
        lane.work()
        lane.says("beep")
        lane.answers()
        #expect(lane.claims.count == 5)
    }

    @Test("leaves what only people can look at to the owner")
    func unreadable() {
        var lane = Lane(.automatic)
        lane.says("[photo]", isReadable: false)
        lane.answers()
        #expect(lane.claims.isEmpty)
        #expect(lane(.pressed(.discard, draft: 1, message: MessageID(101))) == .discarded)
        lane.says("well?")
        lane.answers()
        #expect(lane.claims == ["fine"])
    }

    @Test("collects what comes while an answer is on its way")
    func waitsForSend() {
        var lane = Lane()
        lane.says("one")
        lane.wait(8)
        lane.work()
        lane(.pressed(.send, draft: 1, message: MessageID(101)))
        lane(.sendBegins(draft: 1))
        lane.says("two")
        #expect(
            lane(.ownerWrote("mine", marks: [], answering: MessageID(101), event: EventID(bot: BotID(7), update: 91)))
                == .busy
        )
        lane(.sent(MessageID(501), draft: 1))
        lane.wait(8)
        #expect(lane.work().last == .show(LaneDraft(number: 2, text: "fine")))
    }

    @Test("tries again when the model fails, a few times, and then tells the owner")
    func retries() {
        var lane = Lane()
        lane.says("hello")
        lane.wait(8)
        var asked = 0
        for _ in 0..<10 {
            asked += lane.work(answer: nil).count { if case .write = $0 { true } else { false } }
            lane.wait(100)
        }
        #expect(asked == 3)
        #expect(lane.lane.phase == .idle)
    }

    @Test("pauses no longer than a pause is when the clock is set back")
    func clockJumps() {
        var lane = Lane(.automatic)
        lane.owner("I'm here")
        lane.now -= 1_000_000
        lane.says("hello")
        lane.wait(601)
        #expect(lane.lane.action == .write(round: 1))
    }

    @Test("keeps nothing that is said while it is off, and forgets what was said when it is turned off")
    func off() {
        var lane = Lane(.off)
        lane.says("secret")
        lane.owner("secret, too")
        lane.wait(100)
        #expect(lane.records.isEmpty)
        #expect(lane.lane.action == nil && lane.lane.wake == nil)
        #expect(lane.lane.name == "Ada")
        lane(.chosen(.suggest))
        lane.says("hello")
        lane(.chosen(.off))
        #expect(lane.records.last == .forgotten)
        lane.wait(100)
        #expect(lane.lane.action == nil)
    }

    @Test("does nothing for a paused contact until the pause ends")
    func pauses() {
        var lane = Lane(.automatic)
        lane(.paused(true))
        lane.says("hello")
        lane.answers()
        #expect(lane.claims.isEmpty && lane.lane.phase == .idle)
        lane(.paused(false))
        lane.says("hello?")
        lane.answers()
        #expect(lane.claims == ["fine"])
    }

    @Test("stays small whatever it is told, and takes each event once")
    func bounds() throws {
        var lane = Lane()
        for index in 0..<3000 {
            lane.says(String(repeating: "🦜", count: 4096))
            if index % 3 == 0 { lane.wait(8) }
            if index % 5 == 0 { lane.work() }
            if index % 7 == 0 { lane.owner("x\(index)") }
        }
        #expect(try JSONEncoder().encode(lane.lane).count < 100_000)
        let before = lane.lane
        let event = EventID(bot: BotID(7), update: lane.update)
        let said = SaidMessage(message: MessageID(lane.update), author: .contact, text: "x", date: lane.now)
        lane(.contactSaid(said, from: LaneContact(name: "Eve"), event: event, isReadable: true))
        #expect(lane.lane == before)
    }

    @Test("comes back from its stored form as it was")
    func codes() throws {
        var lane = Lane(.automatic)
        lane.says("hello")
        lane.answers()
        lane.says("hello")
        lane.wait(8)
        lane.work()
        let data = try JSONEncoder().encode(lane.lane)
        #expect(try JSONDecoder().decode(SecretaryLane.self, from: data) == lane.lane)
    }
}
