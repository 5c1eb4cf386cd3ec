/// Gives an upstream that fails again and again a rest, then tries it with one request.
package struct CircuitBreaker: Sendable, Hashable {
    /// When it trips and for how long.
    package struct Settings: Sendable, Hashable {
        /// Failures in a row that open it, at least 1.
        package var failureThreshold = 3
        /// The first rest; it doubles each time that the trial fails.
        package var firstRest = Duration.seconds(10)
        /// The longest rest.
        package var longestRest = Duration.seconds(300)

        package init() {}
    }

    /// What it lets through.
    package enum State: Sendable, Hashable {
        /// Everything. Goes to `open` after ``Settings/failureThreshold`` failures in a row.
        case closed(failureCount: Int)
        /// Nothing. Goes to `halfOpen` with the first request after the instant.
        case open(until: ContinuousClock.Instant, rest: Duration)
        /// Nothing more than the trial under way. Goes to `closed` when it succeeds, to `open` with twice the rest when it
        /// fails, and to `open` until now when nobody learns how it went.
        case halfOpen(rest: Duration)
    }

    /// Where it stands.
    package private(set) var state = State.closed(failureCount: 0)
    private let settings: Settings

    /// Makes a closed one.
    package init(_ settings: Settings = Settings()) {
        self.settings = settings
    }

    /// Whether a request would be let through.
    package func wouldAdmit(at now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .closed: true
        case .open(let until, _): now >= until
        case .halfOpen: false
        }
    }

    /// Lets a request through, or not.
    package mutating func admit(at now: ContinuousClock.Instant) -> Bool {
        guard wouldAdmit(at: now) else { return false }
        if case .open(_, let rest) = state { state = .halfOpen(rest: rest) }
        return true
    }

    /// A request succeeded.
    package mutating func noteSuccess() {
        switch state {
        case .closed, .halfOpen: state = .closed(failureCount: 0)
        // It was let through before the others failed, and says nothing about now.
        case .open: break
        }
    }

    /// A request failed.
    /// - Parameter requestedRest: How long the upstream asks to be left alone; opens at once.
    package mutating func noteFailure(at now: ContinuousClock.Instant, requestedRest: Duration? = nil) {
        let requested = requestedRest.map { min($0, settings.longestRest) }
        switch state {
        case .closed(let count):
            if requested != nil || count + 1 >= settings.failureThreshold {
                let rest = settings.firstRest
                state = .open(until: now + (requested ?? rest), rest: rest)
            } else {
                state = .closed(failureCount: count + 1)
            }
        case .halfOpen(let rest):
            let longer = min(rest * 2, settings.longestRest)
            state = .open(until: now + max(requested ?? .zero, longer), rest: longer)
        case .open(let until, let rest):
            if let requested { state = .open(until: max(until, now + requested), rest: rest) }
        }
    }

    /// Nobody knows how a request ended: its caller went away.
    package mutating func noteAbandoned(at now: ContinuousClock.Instant) {
        if case .halfOpen(let rest) = state { state = .open(until: now, rest: rest) }
    }
}
