package import MartletConversation

/// How much the platform takes.
public struct ThrottleLimits: Sendable, Hashable {
    /// A budget that fills up steadily.
    public struct Bucket: Sendable, Hashable {
        /// How many calls may come at once.
        public var capacity: Double
        /// How long one call's share takes to come back.
        public var interval: Duration
        /// How much is kept back for calls that are required.
        public var reserve: Double

        /// Makes a bucket.
        public init(capacity: Double, interval: Duration, reserve: Double) {
            self.capacity = capacity
            self.interval = interval
            self.reserve = reserve
        }
    }

    /// A private chat: about one call a second, short bursts pass.
    public var privateChat = Bucket(capacity: 3, interval: .seconds(1), reserve: 1)
    /// A group: 20 calls a minute, edits included.
    public var group = Bucket(capacity: 20, interval: .seconds(3), reserve: 5)
    /// All chats together: about 30 calls a second.
    public var everywhere = Bucket(capacity: 30, interval: .milliseconds(34), reserve: 10)

    /// What is known of the platform's limits.
    public init() {}
}

/// Decides whether a call may be made now.
///
/// A value without clocks: the caller brings the time.
package struct ChatThrottle: Sendable {
    /// What to do with a call.
    package enum Decision: Sendable, Hashable {
        case go
        case wait(until: ContinuousClock.Instant)
        case leaveOut
    }

    private struct Level: Sendable {
        var tokens: Double
        var filledAt: ContinuousClock.Instant
        var frozenUntil: ContinuousClock.Instant?
    }

    private let limits: ThrottleLimits
    private var chats: [ChatID: Level] = [:]
    private var everywhere: Level
    private static let maximumChatCount = 10_000

    /// How many chats are remembered.
    package var chatCount: Int { chats.count }

    /// Makes a throttle with full budgets.
    package init(limits: ThrottleLimits, now: ContinuousClock.Instant) {
        self.limits = limits
        everywhere = Level(tokens: limits.everywhere.capacity, filledAt: now)
    }

    /// Decides on a call, and pays for it when it goes.
    package mutating func admit(_ call: BotAPICall, now: ContinuousClock.Instant) -> Decision {
        guard let chat = call.chat else { return .go }
        let bucket = chat.rawValue < 0 ? limits.group : limits.privateChat
        var level = chats[chat] ?? Level(tokens: bucket.capacity, filledAt: now)
        let isOptional = call.importance == .intermediate
        if let end = level.frozenUntil {
            if now < end { return isOptional ? .leaveOut : .wait(until: end) }
            level.frozenUntil = nil
        }
        fill(&level, bucket, now)
        fill(&everywhere, limits.everywhere, now)
        chats[chat] = level
        forgetQuietChats(now: now)
        guard call.countsAgainstLimits else { return .go }
        for (level, bucket) in [(level, bucket), (everywhere, limits.everywhere)] {
            let needed = 1 + (isOptional ? bucket.reserve : 0)
            if level.tokens < needed {
                return isOptional ? .leaveOut : .wait(until: now + bucket.interval * (needed - level.tokens))
            }
        }
        chats[chat]?.tokens -= 1
        everywhere.tokens -= 1
        return .go
    }

    /// Notes that the server asks for silence in a chat.
    package mutating func freeze(_ chat: ChatID, until end: ContinuousClock.Instant, now: ContinuousClock.Instant) {
        chats[chat, default: Level(tokens: 0, filledAt: now)].frozenUntil = end
    }

    /// Forgets chats whose budget is full again when there are many; they are as good as unknown ones.
    private mutating func forgetQuietChats(now: ContinuousClock.Instant) {
        guard chats.count > Self.maximumChatCount else { return }
        let limits = limits
        chats = chats.filter { chat, level in
            let bucket = chat.rawValue < 0 ? limits.group : limits.privateChat
            return (level.frozenUntil ?? now) > now || now - level.filledAt < bucket.interval * bucket.capacity
        }
    }

    private func fill(_ level: inout Level, _ bucket: ThrottleLimits.Bucket, _ now: ContinuousClock.Instant) {
        level.tokens = min(bucket.capacity, level.tokens + max(0, (now - level.filledAt) / bucket.interval))
        level.filledAt = now
    }
}
