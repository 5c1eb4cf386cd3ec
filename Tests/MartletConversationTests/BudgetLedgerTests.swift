import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletStore
import Synchronization
import Testing

@Suite("The budget ledger")
struct BudgetLedgerTests {
    /// A ledger with a policy behind it, and clocks that the test turns.
    final class Bench: Sendable {
        let doorway: Doorway
        let store: any BudgetStore
        let limits: BudgetLimits
        let shared: SharedClock
        let ledger: BudgetLedger

        init(
            _ change: (inout BudgetLimits) -> Void,
            zone: String = "Europe/Istanbul",
            at date: String = "2026-11-21T12:00:00Z"
        ) throws {
            let settings = Doorway.closed { $0.people = .open }
            let doorway = Doorway(settings)
            var limits = BudgetLimits(timeZone: try #require(TimeZone(identifier: zone)))
            change(&limits)
            let clock = SharedClock(try Date(date, strategy: .iso8601))
            self.doorway = doorway
            self.limits = limits
            self.store = doorway.store
            shared = clock
            ledger = BudgetLedger(
                store: doorway.store,
                access: doorway.policy,
                limits: limits,
                actions: doorway.actions,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                now: { clock.date },
                instant: { clock.instant }
            )
        }

        func reserve(_ event: InboundEvent, tokens: Int = 100) async throws -> Reservation {
            try await ledger.reserve(tokens: tokens, for: event)
        }

        /// Asks and is answered for so many tokens.
        func use(_ event: InboundEvent, tokens: Int = 100, cost: Double? = nil) async throws -> Reservation {
            let reservation = try await reserve(event, tokens: tokens)
            try await ledger.settle(event, usage: Usage(promptTokenCount: tokens, generatedTokenCount: 0, cost: cost))
            return reservation
        }

        func question(from user: Int64 = 5, chat: Int64? = nil) -> InboundEvent {
            doorway.event(.text("?"), from: user, chat: chat)
        }
    }

    final class SharedClock: Sendable {
        private let state: Mutex<(date: Date, instant: ContinuousClock.Instant)>
        init(_ date: Date) { state = Mutex((date, .now)) }
        var date: Date { state.withLock { $0.date } }
        var instant: ContinuousClock.Instant { state.withLock { $0.instant } }
        /// Time passes.
        func pass(_ seconds: Double) {
            state.withLock {
                $0.date = $0.date.addingTimeInterval(seconds)
                $0.instant += .seconds(seconds)
            }
        }
        /// The system's clock is set.
        func jump(_ seconds: Double) { state.withLock { $0.date = $0.date.addingTimeInterval(seconds) } }
    }

    private static func text(_ reservation: Reservation) -> String {
        if case .exhausted(let reply) = reservation { reply.text } else { "granted" }
    }

    /// Which limit stops whom, and what they read.
    static let table: [(@Sendable (inout BudgetLimits) -> Void, reads: String)] = [
        (
            { $0.roles[.member, default: .init()].day.messages = 2 },
            "Your messages for today are used up. Let us go on in 9 h."
        ),
        (
            { $0.roles[.member, default: .init()].month.messages = 2 },
            "Your messages for this month are used up. Let us go on in 9 d 9 h."
        ),
        ({ $0.roles[.member, default: .init()].day.tokens = 250 }, "Your tokens for today are used up."),
        ({ $0.roles[.member, default: .init()].day.dollars = 0.000_25 }, "Your funds for today are used up."),
        ({ $0.chat.day.messages = 2 }, "This chat's messages for today are used up."),
        ({ $0.chat.month.tokens = 250 }, "This chat's tokens for this month are used up."),
        ({ $0.all.day.messages = 2 }, "My messages for today are used up."),
        ({ $0.all.month.dollars = 0.000_25 }, "My funds for this month are used up."),
    ]

    @Test("stops at each limit, says which it is and when it opens", arguments: table)
    func limits(change: @Sendable (inout BudgetLimits) -> Void, reads: String) async throws {
        let bench = try Bench {
            $0.dollarsPerMillionTokens = 1
            change(&$0)
        }
        for _ in 0..<2 { #expect(try await bench.use(bench.question(), cost: 0.0001) == .granted) }
        let text = Self.text(try await bench.use(bench.question(), cost: 0.0001))
        #expect(text.hasPrefix(reads), "\(text)")
        bench.shared.pass(31 * 86_400)
        #expect(try await bench.use(bench.question()) == .granted, "a month later it is open")
    }

    @Test("counts people, chats and roles apart")
    func scopes() async throws {
        let bench = try Bench {
            $0.roles[.member, default: .init()].day.messages = 1
            $0.chat.day.messages = 3
        }
        #expect(try await bench.use(bench.question(from: 5)) == .granted)
        #expect(try await bench.use(bench.question(from: 5)) != .granted)
        #expect(try await bench.use(bench.question(from: 6)) == .granted)
        for _ in 0..<3 { #expect(try await bench.use(bench.question(from: Doorway.owner)) == .granted) }
        #expect(try await bench.use(bench.question(from: 7, chat: -1)) == .granted)
        #expect(try await bench.use(bench.question(from: 5, chat: -1)) != .granted, "a person's limit holds everywhere")
    }

    @Test("gives the same event the same reservation, and books it once")
    func idempotent() async throws {
        let bench = try Bench { $0.roles[.member, default: .init()].day.messages = 2 }
        let event = bench.question()
        for _ in 0..<5 { #expect(try await bench.reserve(event) == .granted) }
        for _ in 0..<5 {
            try await bench.ledger.settle(event, usage: Usage(promptTokenCount: 10, generatedTokenCount: 5))
        }
        #expect(try await bench.use(bench.question()) == .granted)
        #expect(try await bench.use(bench.question()) != .granted)
        let report = try await bench.ledger.usageReport(for: event, language: .english)
        #expect(report.contains("2 / 2 messages"))
        #expect(report.contains("115 tokens"))
    }

    @Test("counts a message once when its answer is written anew after a crash, and its tokens each time")
    func answeredAnew() async throws {
        let bench = try Bench { $0.roles[.member, default: .init()].day.messages = 1 }
        let event = bench.question()
        #expect(try await bench.use(event) == .granted)
        #expect(try await bench.use(event) == .granted)
        let report = try await bench.ledger.usageReport(for: event, language: .english)
        #expect(report.contains("1 / 1 message"))
        #expect(report.contains("200 tokens"))
    }

    @Test("costs nothing where no answer came")
    func failed() async throws {
        let bench = try Bench { $0.roles[.member, default: .init()].day.messages = 1 }
        for _ in 0..<3 {
            let event = bench.question()
            #expect(try await bench.reserve(event) == .granted)
            try await bench.ledger.settle(event, usage: nil)
        }
        #expect(try await bench.use(bench.question()) == .granted)
        #expect(try await bench.use(bench.question()) != .granted)
    }

    @Test("tells apart what is used, what others may still use, and what can never fit")
    func reasons() async throws {
        let bench = try Bench { $0.roles[.member, default: .init()].day.tokens = 100 }
        let first = bench.question()
        #expect(try await bench.reserve(first, tokens: 60) == .granted)
        #expect(Self.text(try await bench.reserve(bench.question(), tokens: 60)).contains("in a minute"))
        #expect(Self.text(try await bench.reserve(bench.question(), tokens: 101)).contains("allows at all"))
        #expect(Self.text(try await bench.reserve(bench.question(), tokens: .max)).contains("allows at all"))
        try await bench.ledger.settle(first, usage: Usage(promptTokenCount: 30, generatedTokenCount: 20))
        #expect(Self.text(try await bench.reserve(bench.question(), tokens: 60)).contains("used up"))
        #expect(try await bench.reserve(bench.question(), tokens: 50) == .granted)
    }

    @Test("begins its days at midnight where the bot is")
    func zones() async throws {
        // 20:30 UTC is 23:30 in Istanbul.
        let bench = try Bench({ $0.roles[.member, default: .init()].day.messages = 1 }, at: "2026-11-21T20:30:00Z")
        #expect(try await bench.use(bench.question()) == .granted)
        bench.shared.pass(29 * 60)
        #expect(Self.text(try await bench.use(bench.question())).contains("in 1 min"))
        bench.shared.pass(61)
        #expect(try await bench.use(bench.question()) == .granted)
    }

    @Test("gives nothing away when the clock is set back, after a restart too")
    func clockSetBack() async throws {
        let bench = try Bench { $0.roles[.member, default: .init()].day.messages = 1 }
        #expect(try await bench.use(bench.question()) == .granted)
        bench.shared.jump(-3 * 86_400)
        #expect(try await bench.use(bench.question()) != .granted)
        let restarted = BudgetLedger(
            store: bench.store,
            access: bench.doorway.policy,
            limits: bench.limits,
            actions: bench.doorway.actions,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { bench.shared.date },
            instant: { bench.shared.instant }
        )
        #expect(try await restarted.reserve(tokens: 1, for: bench.question()) != .granted)
        bench.shared.pass(86_400)
        #expect(try await restarted.reserve(tokens: 1, for: bench.question()) == .granted, "days go on at their pace")
    }

    @Test("tells a person once when four fifths are used, in private")
    func notes() async throws {
        let bench = try Bench { $0.roles[.member, default: .init()].day.messages = 5 }
        for count in 1...5 {
            _ = try await bench.use(bench.question())
            #expect(bench.doorway.actions.sent.count == (count >= 4 ? 1 : 0), "after \(count)")
        }
        #expect(bench.doorway.actions.sent.first?.chat == ChatID(5))
        #expect(bench.doorway.actions.sent.first?.reply.text.contains("mostly used") == true)
        let group = try Bench { $0.roles[.member, default: .init()].day.messages = 1 }
        _ = try await group.use(group.question(chat: -1))
        #expect(group.doorway.actions.sent.isEmpty, "a person's limit is nobody else's business")
        let all = try Bench { $0.all.day.messages = 1 }
        _ = try await all.use(all.question(chat: -1))
        #expect(all.doorway.actions.sent.map(\.chat) == [ChatID(Doorway.owner)])
    }

    @Test("never books what is not a price")
    func prices() async throws {
        let bench = try Bench { $0.all.day.dollars = 1 }
        for cost in [Double.nan, -Double.infinity, -1, nil] as [Double?] {
            _ = try await bench.use(bench.question(), cost: cost)
        }
        #expect(
            try await bench.ledger.usageReport(for: bench.question(from: Doorway.owner), language: .english).contains(
                "$0.00 / $1.00"
            )
        )
        _ = try await bench.use(bench.question(), tokens: .max, cost: .infinity)
        _ = try await bench.use(bench.question(), tokens: .max, cost: 1e300)
        #expect(
            Self.text(try await bench.use(bench.question())) == "granted",
            "what sets no money aside is not stopped by it"
        )
    }

    @Test("shows a person their own numbers, and an owner everybody's")
    func report() async throws {
        let bench = try Bench {
            $0.roles[.member, default: .init()].day.messages = 10
            $0.all.month.dollars = 2
        }
        for _ in 0..<3 { _ = try await bench.use(bench.question(), tokens: 1_234, cost: 0.01) }
        let own = try await bench.ledger.usageReport(for: bench.question(), language: .english)
        #expect(
            own == """
                You
                Today:
                ▓▓▓░░░░░░░ 3 / 10 messages
                3\u{202F}702 tokens, $0.03
                This month: 3 messages, 3\u{202F}702 tokens, $0.03
                """
        )
        let all = try await bench.ledger.usageReport(for: bench.question(from: Doorway.owner), language: .english)
        #expect(all.contains("▓░░░░░░░░░ $0.03 / $2.00"))
        #expect(all.contains("• 5: 3 messages, 3\u{202F}702 tokens, $0.03"))
        let group = try await bench.ledger.usageReport(
            for: bench.question(from: Doorway.owner, chat: -1),
            language: .turkish
        )
        #expect(!group.contains("• 5"), "not before everybody's eyes")
    }

    @Test("takes a group's usage along when it becomes another chat, once")
    func moves() async throws {
        let bench = try Bench { $0.chat.day.messages = 2 }
        for _ in 0..<2 { _ = try await bench.use(bench.question(chat: -1)) }
        for _ in 0..<2 { try await bench.ledger.move(from: ChatID(-1), to: ChatID(-2), bot: Doorway.bot) }
        #expect(try await bench.use(bench.question(chat: -2)) != .granted)
        #expect(try await bench.use(bench.question(chat: -1)) == .granted)
    }
}
