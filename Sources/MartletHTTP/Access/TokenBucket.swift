/// A bucket that fills steadily and is emptied by use: the arithmetic of one limit.
///
/// Time is a duration since any fixed instant. It may stand still; where it goes back, nothing is filled.
struct TokenBucket: Sendable, Hashable {
    /// How much the bucket holds at most.
    let capacity: Double
    /// How long an empty bucket takes to fill.
    let period: Duration
    private var level: Double
    private var time: Duration

    /// Makes a full bucket.
    init(capacity: Int, per period: Duration, at time: Duration) {
        self.capacity = Double(capacity)
        self.period = period
        self.level = Double(capacity)
        self.time = time
    }

    private var fillPerSecond: Double { capacity / (period / .seconds(1)) }

    private mutating func fill(until now: Duration) {
        guard now > time else { return }
        level = min(capacity, level + (now - time) / .seconds(1) * fillPerSecond)
        time = now
    }

    /// How long it takes until `amount` can be taken; zero where it can be now.
    ///
    /// More than the capacity can be taken from a full bucket, which then owes the rest: so that nothing is refused for ever.
    mutating func wait(for amount: Double, at now: Duration) -> Duration {
        fill(until: now)
        let missing = min(amount, capacity) - level
        return missing <= 0 ? .zero : .seconds(missing / fillPerSecond)
    }

    /// Takes `amount`, also what isn't there; a negative amount is given back.
    mutating func take(_ amount: Double, at now: Duration) {
        fill(until: now)
        level = min(capacity, level - amount)
    }

    /// What can be taken now, in whole units, at least 0.
    mutating func remaining(at now: Duration) -> Int {
        fill(until: now)
        return max(0, Int(level.rounded(.down)))
    }

    /// How long it takes until the bucket is full.
    mutating func timeToFull(at now: Duration) -> Duration {
        fill(until: now)
        return .seconds((capacity - level) / fillPerSecond)
    }
}
