import FoundationEssentials

/// An instant on the simulator's clock, in seconds since 1970.
public struct SimulatedDate: Sendable, Hashable, Comparable {
    /// Seconds since 1970, with a fraction.
    public var seconds: Double

    /// Makes an instant from seconds since 1970.
    public init(seconds: Double) {
        self.seconds = seconds
    }

    /// The real time.
    public static var present: SimulatedDate { SimulatedDate(seconds: Date().timeIntervalSince1970) }

    /// The whole second, as Telegram's `date` members have it.
    var whole: Int64 { Int64(seconds) }

    /// Whether one is before the other.
    public static func < (left: SimulatedDate, right: SimulatedDate) -> Bool { left.seconds < right.seconds }

    /// The instant so much later.
    public static func + (date: SimulatedDate, duration: Duration) -> SimulatedDate {
        SimulatedDate(seconds: date.seconds + duration.inSeconds)
    }

    /// How much later `left` is than `right`.
    public static func - (left: SimulatedDate, right: SimulatedDate) -> Duration {
        .seconds(left.seconds - right.seconds)
    }
}

extension Duration {
    /// The duration as a number of seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }

    /// The real time.
    public static var present: SimulatedDate { SimulatedDate(seconds: Date().timeIntervalSince1970) }

    /// The whole seconds that hold the duration, at least 1; what a `retry_after` says.
    var retrySeconds: Int64 { max(1, Int64(inSeconds.rounded(.up))) }
}
