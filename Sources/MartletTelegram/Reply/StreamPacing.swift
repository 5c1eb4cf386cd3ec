/// How often a growing reply is shown.
public struct StreamPacing: Sendable, Hashable {
    /// How many characters make a first text worth showing at once.
    public var firstLength = 24
    /// How long a shorter first text waits for more.
    public var firstDelay: Duration = .milliseconds(1200)
    /// The time between changes of a draft.
    public var draftInterval: Duration = .milliseconds(1000)
    /// How long a draft stays without a change before it is shown again; the platform takes it away after 30 seconds.
    public var draftLifetime: Duration = .seconds(24)
    /// The time between the first changes, in a private chat.
    public var privateInterval: Duration = .seconds(1)
    /// The time between the first changes, in a group, where edits count against 20 calls a minute.
    public var groupInterval: Duration = .milliseconds(3500)
    /// How the time grows from change to change.
    public var growth = 1.12
    /// The longest time between changes.
    public var longestInterval: Duration = .seconds(6)
    /// How long a model may think before a phrase says so.
    public var thinkingDelay: Duration = .milliseconds(1500)
    /// How long a phrase stays in a private chat while the model thinks on.
    public var privatePhraseInterval: Duration = .seconds(8)
    /// The same in a group.
    public var groupPhraseInterval: Duration = .seconds(30)
    /// How long a reply may stay away before "typing" is shown.
    public var typingDelay: Duration = .milliseconds(250)
    /// How long nothing may change before "typing" is shown again.
    public var typingPause: Duration = .seconds(3)
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

    /// When a text of this length is to be shown; nil for none at all.
    package mutating func due(characterCount: Int, now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard characterCount > 0 else { return nil }
        let began = began ?? now
        self.began = began
        if let shown { return shown + interval }
        return characterCount >= pacing.firstLength ? now : began + pacing.firstDelay
    }

    /// Notes that a text is shown, or was left out for now.
    package mutating func noteShown(now: ContinuousClock.Instant) {
        if shown != nil { interval = min(interval * pacing.growth, pacing.longestInterval) }
        shown = now
    }
}
