/// How much the platform takes.
public struct ThrottleLimits: Sendable, Hashable {
    /// So many calls in any stretch of time.
    public struct Bucket: Sendable, Hashable {
        /// How many calls may come at once, and in all during `capacity * interval`.
        public var capacity: Double
        /// One call's share of the time.
        public var interval: Duration
        /// How much is kept back for calls that are required.
        public var reserve: Double

        /// Makes a bucket.
        public init(capacity: Double, interval: Duration, reserve: Double) {
            precondition(capacity >= 1, "a bucket that is never full enough would stop everything")
            self.capacity = capacity
            self.interval = interval
            self.reserve = reserve
        }

        /// The stretch of time in which no more than `capacity` calls are made.
        var window: Duration { interval * capacity }
    }

    /// A private chat: about one call a second, short bursts pass.
    public var privateChat = Bucket(capacity: 3, interval: .seconds(1), reserve: 1)
    /// A group: 20 calls a minute, edits and deletions included; a second more, because the way to the server takes its time.
    public var group = Bucket(capacity: 20, interval: .milliseconds(3050), reserve: 5)
    /// All chats together: about 30 calls a second.
    public var everywhere = Bucket(capacity: 30, interval: .milliseconds(34), reserve: 10)

    /// What is known of the platform's limits.
    public init() {}
}
