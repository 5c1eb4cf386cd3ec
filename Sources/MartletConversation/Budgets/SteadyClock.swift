import FoundationEssentials

/// A clock that never goes back: when the system's is set back, it goes on at its own pace, so that no day is lived twice.
struct SteadyClock: Sendable {
    private var latest: Date
    private var instant: ContinuousClock.Instant

    /// Makes a clock that is not behind `latest`.
    init(notBefore latest: Date, at instant: ContinuousClock.Instant) {
        self.latest = latest
        self.instant = instant
    }

    /// The moment, for the system's clock and the time since the last reading.
    mutating func date(system: Date, at instant: ContinuousClock.Instant) -> Date {
        let (seconds, attoseconds) = (instant - self.instant).components
        self.instant = instant
        latest = system >= latest ? system : latest.addingTimeInterval(Double(seconds) + Double(attoseconds) * 1e-18)
        return latest
    }
}
