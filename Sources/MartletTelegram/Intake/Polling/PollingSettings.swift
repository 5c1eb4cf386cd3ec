/// How messages are asked for.
public struct PollingSettings: Sendable, Hashable {
    /// How long the server waits for something to come before it answers with nothing; 50 seconds at most.
    public var timeout: Duration = .seconds(50)
    /// How long after that an answer may take; then the connection counts as dead.
    public var hangAllowance: Duration = .seconds(20)
    /// How many updates are taken at once, 1 to 100.
    public var batchSize = 100
    /// The wait after the first failure; it doubles with each further one.
    public var firstPause: Duration = .seconds(1)
    /// The longest wait after a failure.
    public var longestPause: Duration = .seconds(30)

    /// What the platform suggests.
    public init() {}
}
