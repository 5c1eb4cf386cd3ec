/// The latest answers to questions from the writing line, by who asked what.
struct InlineCache: Sendable {
    private struct Key: Hashable {
        var user: UserID
        var text: String
    }

    private struct Entry {
        var answer: String
        var expiry: ContinuousClock.Instant
    }

    private let size: Int
    private let lifetime: Duration
    private var entries: [Key: Entry] = [:]

    init(size: Int, lifetime: Duration) {
        self.size = size
        self.lifetime = lifetime
    }

    /// The answer that is still fresh.
    func answer(to text: String, of user: UserID, at now: ContinuousClock.Instant) -> String? {
        guard let entry = entries[Key(user: user, text: text)], entry.expiry > now else { return nil }
        return entry.answer
    }

    /// Keeps an answer; what is stale goes first when there are too many, then what is oldest.
    mutating func keep(_ answer: String, to text: String, of user: UserID, at now: ContinuousClock.Instant) {
        entries[Key(user: user, text: text)] = Entry(answer: answer, expiry: now + lifetime)
        guard entries.count > size else { return }
        entries = entries.filter { $0.value.expiry > now }
        while entries.count > size, let oldest = entries.min(by: { $0.value.expiry < $1.value.expiry })?.key {
            entries[oldest] = nil
        }
    }
}
