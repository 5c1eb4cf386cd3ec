/// How long a person would take to read a message and to write the answer to it.
public struct HumanDelay: Sendable, Hashable {
    /// Characters read in a second.
    public var readingSpeed = 25.0
    /// Characters typed in a second.
    public var typingSpeed = 6.0
    /// The time before anything is read.
    public var reaction: Duration = .seconds(2)
    /// The shortest delay.
    public var minimum: Duration = .seconds(4)
    /// The longest delay.
    public var maximum: Duration = .seconds(120)
    /// How far chance may move the delay up or down, as a share of it.
    public var jitter = 0.3

    /// The delay of a person who is not in a hurry.
    public init() {}

    /// The delay between a contact's last message and the answer.
    /// - Parameters:
    ///   - incoming: Characters to read, at least 0.
    ///   - outgoing: Characters to type, at least 0.
    ///   - chance: A random number in 0..<1.
    /// - Returns: Within `minimum...maximum`, growing with both lengths.
    public func duration(incoming: Int, outgoing: Int, chance: Double) -> Duration {
        let seconds = Double(max(0, incoming)) / readingSpeed + Double(max(0, outgoing)) / typingSpeed
        // Bounded before it becomes a duration, so that no length can overflow one.
        let plain = reaction + .seconds(min(seconds, 86_400))
        let moved = plain * (1 + jitter * (2 * chance - 1))
        return min(max(moved, minimum), maximum)
    }
}
