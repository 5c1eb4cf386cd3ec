/// How often a growing reply is shown.
public struct StreamPacing: Sendable, Hashable {
    /// How many characters make a first text worth showing at once.
    public var firstLength = 24
    /// How long a shorter first text waits for more.
    public var firstDelay: Duration = .milliseconds(1200)
    /// The time between the first changes, in a private chat.
    public var privateInterval: Duration = .seconds(1)
    /// The time between the first changes, in a group, where edits count against 20 calls a minute.
    public var groupInterval: Duration = .milliseconds(3500)
    /// How the time grows from change to change.
    public var growth = 1.12
    /// The longest time between changes.
    public var longestInterval: Duration = .seconds(6)
    /// How long a reply may stay away before "typing" is shown.
    public var typingDelay: Duration = .milliseconds(250)
    /// How often "typing" is shown again; it fades after five seconds.
    public var typingInterval: Duration = .milliseconds(4500)

    /// What suits people's eyes and the platform's limits.
    public init() {}
}

/// Decides when a growing reply is shown again.
///
/// A value without clocks: the caller brings the time.
package struct StreamPacer: Sendable {
    private let pacing: StreamPacing
    private var interval: Duration
    private var began: ContinuousClock.Instant?
    private var shown: ContinuousClock.Instant?

    /// Starts a reply.
    package init(pacing: StreamPacing, isPrivate: Bool) {
        self.pacing = pacing
        interval = isPrivate ? pacing.privateInterval : pacing.groupInterval
    }

    /// Whether a text of this length is to be shown now.
    package mutating func isDue(characterCount: Int, now: ContinuousClock.Instant) -> Bool {
        guard characterCount > 0 else { return false }
        let began = began ?? now
        self.began = began
        if let shown { return now - shown >= interval }
        return characterCount >= pacing.firstLength || now - began >= pacing.firstDelay
    }

    /// Notes that a text is shown.
    package mutating func noteShown(now: ContinuousClock.Instant) {
        if shown != nil { interval = min(interval * pacing.growth, pacing.longestInterval) }
        shown = now
    }
}
