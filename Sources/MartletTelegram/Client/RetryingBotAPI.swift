public import Logging
public import MartletCore

/// Makes required calls again after failures that pass: the network's and the server's.
///
/// A call whose answer was lost may have had its effect; required calls are made again all the same, because a message that
/// comes twice is better than one that never comes. Edits have no such doubt.
public struct RetryingBotAPI: BotAPICalling {
    private let base: any BotAPICalling
    private let firstPause: Duration
    private let longestPause: Duration
    private let logger: Logger

    /// Wraps a caller.
    /// - Parameters:
    ///   - firstPause: The wait after the first failure; it doubles with each further one, and varies by a quarter.
    ///   - longestPause: The longest wait.
    public init(
        _ base: any BotAPICalling,
        firstPause: Duration = .milliseconds(500),
        longestPause: Duration = .seconds(30),
        logger: Logger
    ) {
        self.base = base
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.logger = logger
    }

    /// Repeats a required call until it succeeds, is refused for good, or the task is cancelled.
    public func call(_ call: BotAPICall) async throws -> JSONValue {
        var pause = firstPause
        while true {
            do {
                return try await base.call(call)
            } catch let error as TelegramError where call.importance == .required && error.passes {
                logger.warning("A call failed and is made again", metadata: ["error": "\(error)"])
                try await Task.sleep(for: pause * Double.random(in: 0.75...1.25))
                pause = min(pause * 2, longestPause)
            }
        }
    }
}

extension TelegramError {
    /// Whether the same call may succeed later.
    var passes: Bool { code == .serverError || code == .network || code == .malformedResponse }
}
