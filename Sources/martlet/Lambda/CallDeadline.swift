/// How long a call of the function has, and how it divides that time.
package struct CallDeadline: Sendable, Hashable {
    /// When answers are cut off, so that there is time to deliver what was said.
    package let cut: ContinuousClock.Instant
    /// When everything is given up, so that the call can still end in good order.
    package let last: ContinuousClock.Instant

    /// Divides what is left of a call.
    /// - Parameters:
    ///   - remaining: How long Lambda lets the call run yet.
    ///   - limit: What it may take of that at most.
    package init(remaining: Duration, limit: Duration? = nil, now: ContinuousClock.Instant = .now) {
        // A tenth for the delivery: a second of short calls, five of long ones.
        let whole = max(.zero, remaining)
        let margin = min(.seconds(5), max(.seconds(1), whole / 10))
        let end = now + whole
        let cut = end - margin
        self.cut = limit.map { min(cut, now + $0) } ?? cut
        last = limit.map { min(end - margin / 4, now + $0 + .seconds(5)) } ?? end - margin / 4
    }

    /// Whether it is worth while to begin something.
    package var hasTime: Bool { cut > .now }
}
