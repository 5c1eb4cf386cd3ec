package import MartletConversation

/// What is remembered of chats from one reply to the next: where drafts were refused, and where silence was asked for.
package struct TransportMemory: Sendable {
    private struct Entry: Sendable {
        var rung: ReplyTransport.Rung
        var until: ContinuousClock.Instant
    }

    private var entries: [ChatID: Entry] = [:]
    /// Groups where the bot may not tell somebody alone, and until when that is taken for granted.
    private var loud: [ChatID: ContinuousClock.Instant] = [:]
    private static let maximumCount = 10_000

    /// How long a chat does without drafts after it refused one.
    package static let refusalLifetime: Duration = .seconds(86_400)

    /// How long a group in which the bot was refused a whisper hears everything; it may be made an administrator any time.
    package static let loudLifetime: Duration = .seconds(3600)

    /// Makes an empty memory.
    package init() {}

    /// How many chats are remembered.
    package var count: Int { entries.count }

    /// The highest rung that a chat allows.
    package func rung(of chat: ChatID, now: ContinuousClock.Instant) -> ReplyTransport.Rung {
        entries[chat].flatMap { $0.until > now ? $0.rung : nil } ?? .drafts
    }

    /// Whether a group may let the bot tell somebody alone.
    package func canWhisper(in chat: ChatID, now: ContinuousClock.Instant) -> Bool {
        loud[chat].map { $0 <= now } ?? true
    }

    /// Remembers what a reply met with.
    package mutating func note(_ transport: ReplyTransport, in chat: ChatID, now: ContinuousClock.Instant) {
        if transport.isWhisperRefused {
            if loud.count >= Self.maximumCount { loud = loud.filter { $0.value > now } }
            if loud.count < Self.maximumCount { loud[chat] = now + Self.loudLifetime }
        }
        if let until = transport.silentUntil, until > now {
            entries[chat] = Entry(rung: .finalOnly, until: until)
        } else if transport.isDraftRefused, rung(of: chat, now: now) == .drafts {
            entries[chat] = Entry(rung: .edits, until: now + Self.refusalLifetime)
        } else {
            return
        }
        guard entries.count > Self.maximumCount else { return }
        entries = entries.filter { $0.value.until > now }
        // Forgetting is harmless: a refused draft is tried once more.
        if entries.count > Self.maximumCount {
            entries = Dictionary(uniqueKeysWithValues: entries.prefix(Self.maximumCount / 2).map { ($0.key, $0.value) })
        }
    }
}
