import MartletCore
import Synchronization

/// A Telegram on this machine: people, chats, a Bot API server that refuses what the real one refuses, and what goes wrong on
/// purpose.
///
/// ``SimulatorServer`` puts it on a port.
public final class TelegramSimulator: Sendable {
    /// The token that is valid.
    public let token: String
    /// The clock that dates, lives and limits go by.
    public let clock: VirtualClock
    /// What the bot does, for a person to watch; one reader at a time.
    public let events: AsyncStream<SimulatedEvent>
    private let eventsContinuation: AsyncStream<SimulatedEvent>.Continuation
    private let world: Mutex<World>
    /// Notified after every change.
    let changes = ChangeSignal()
    private let bot: SimulatorToken

    /// Makes an empty world.
    /// - Parameters:
    ///   - token: A well-formed token; for another one the bot has number 1 and nothing calls it.
    ///   - firstUpdate: The number of the first update.
    ///   - rules: Which of the real server's rules hold.
    ///   - clock: Begins at the present and goes by itself unless given.
    public init(
        token: String = "7000001:simulated-token",
        firstUpdate: Int64 = 1000,
        rules: SimulatorRules = .unhurried,
        clock: VirtualClock? = nil
    ) {
        self.token = token
        let clock = clock ?? VirtualClock(start: .present)
        self.clock = clock
        bot = SimulatorToken(token) ?? SimulatorToken(unchecked: token, bot: 1)
        world = Mutex(World(token: bot, firstUpdate: firstUpdate, rules: rules, clock: clock))
        (events, eventsContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1000))
    }

    /// Reads the world.
    func look<Result>(_ body: (World) throws -> Result) rethrows -> Result {
        try world.withLock { try body($0) }
    }

    /// Changes the world and wakes everybody who waits for a change.
    func change<Result>(_ body: (inout World) throws -> Result) rethrows -> Result {
        defer { changes.notify() }
        return try world.withLock { world in
            defer {
                for event in world.shown { eventsContinuation.yield(event) }
                world.shown = []
            }
            return try body(&world)
        }
    }

    /// Changes the world without waking anybody, for what only its caller goes by.
    func changeQuietly<Result>(_ body: (inout World) throws -> Result) rethrows -> Result {
        try world.withLock { try body(&$0) }
    }

    /// Forgets everything that happened; the token, the rules and the clock stay.
    public func reset() {
        change { world in
            let id = world.journal.last
            world = World(token: bot, firstUpdate: 1000, rules: world.rules, clock: clock)
            world.journal = Journal(after: id)
            world.journal.append("reset", [:])
        }
    }

    /// The bot's account.
    public let username = "martlet_test_bot"
    /// The bot's number.
    public var botID: Int64 { bot.bot }

    /// Waits until something is so; looks again whenever something has changed.
    /// - Returns: Whether it became so within `timeout`, in real time.
    public func wait(timeout: Duration, until condition: () async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + timeout
        while true {
            let count = changes.count
            if try await condition() { return true }
            guard .now < end else { return false }
            try Task.checkCancellation()
            // Some conditions change by time alone.
            await changes.wait(after: count, timeout: min(end - .now, .milliseconds(50)))
        }
    }
}
