/// A bot that a scenario starts, stops and kills.
public protocol BotUnderTest: AnyObject {
    /// Whether it runs.
    var isRunning: Bool { get }
    /// Starts it with what connects it to the simulator; everything that it keeps outlives it.
    func start(arguments: [String], environment: [String: String]) async throws
    /// Tells it to end and waits until it has.
    func stop() async throws
    /// Ends it there and then.
    func kill() async throws
}
