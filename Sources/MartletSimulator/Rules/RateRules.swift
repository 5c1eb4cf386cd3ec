import MartletCore

/// How many messages the server takes: about one a second in a chat with small bursts, 20 a minute in a group, 30 a second in all.
///
/// A client that goes on during the silence that it was told to keep is told to keep a longer one.
struct RateRules: Sendable {
    private struct Bucket {
        var level: Double
        var date: SimulatedDate

        /// Takes one, or tells how long until there is one.
        mutating func take(capacity: Double, perSecond: Double, now: SimulatedDate) -> Duration? {
            level = min(capacity, level + max(0, (now - date).inSeconds) * perSecond)
            date = now
            guard level < 1 else {
                level -= 1
                return nil
            }
            return .seconds((1 - level) / perSecond)
        }
    }

    private struct Ban {
        var until: SimulatedDate
        var length: Double
    }

    private var chats: [Int64: Bucket] = [:]
    private var drafts: [Int64: Bucket] = [:]
    private var groups: [Int64: [SimulatedDate]] = [:]
    private var everywhere: Bucket?
    private var bans: [Int64: Ban] = [:]

    /// How many messages a chat takes at once.
    private let burst = 4.0
    private let groupLimit = 20
    private let overallLimit = 30.0

    /// Counts a message or an edit.
    /// - Returns: For how many seconds the bot must be silent in the chat; nil where the message passes.
    mutating func take(chat: Int64, isGroup: Bool, now: SimulatedDate) -> Int64? {
        var wait: Duration?
        if isGroup {
            var dates = (groups[chat] ?? []).filter { now - $0 < .seconds(60) }
            if dates.count >= groupLimit, let first = dates.first {
                wait = .seconds(60) - (now - first)
            } else {
                dates.append(now)
            }
            groups[chat] = dates
        }
        if wait == nil {
            wait = chats[chat, default: Bucket(level: burst, date: now)].take(capacity: burst, perSecond: 1, now: now)
        }
        if wait == nil {
            var all = everywhere ?? Bucket(level: overallLimit, date: now)
            // The limit over all chats silences none of them in particular.
            if let pause = all.take(capacity: overallLimit, perSecond: overallLimit, now: now) {
                everywhere = all
                return pause.retrySeconds
            }
            everywhere = all
        }
        guard let wait else { return nil }
        silence(chat, seconds: wait.retrySeconds, now: now)
        return wait.retrySeconds
    }

    /// Counts a draft; those have a limit of their own.
    mutating func takeDraft(chat: Int64, now: SimulatedDate) -> Int64? {
        drafts[chat, default: Bucket(level: 8, date: now)].take(capacity: 8, perSecond: 2, now: now)?.retrySeconds
    }

    /// Asks for silence in a chat.
    mutating func silence(_ chat: Int64, seconds: Int64, now: SimulatedDate) {
        bans[chat] = Ban(until: now + .seconds(seconds), length: Double(seconds))
    }

    /// Until when the chat is to be silent.
    func silence(of chat: Int64, now: SimulatedDate) -> SimulatedDate? {
        guard let until = bans[chat]?.until, until > now else { return nil }
        return until
    }

    /// A client has not kept the silence.
    /// - Parameter grows: Whether the silence becomes twice as long for it.
    /// - Returns: For how many seconds it lasts from now.
    mutating func ignore(_ chat: Int64, grows: Bool, now: SimulatedDate) -> Int64 {
        guard var ban = bans[chat] else { return 1 }
        if grows {
            ban.length = min(ban.length * 2, 3600)
            ban.until = max(ban.until, now + .seconds(ban.length))
            bans[chat] = ban
        }
        return (ban.until - now).retrySeconds
    }

    /// Forgets every silence and every count.
    mutating func clear() {
        self = RateRules()
    }
}
