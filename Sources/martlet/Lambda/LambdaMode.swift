/// How a function's work is divided.
package enum LambdaMode: String, Sendable, Hashable, CaseIterable {
    /// One function: it records a message, says so to Telegram, and answers afterwards in the same call.
    case one
    /// It records messages and puts them into a queue.
    case front
    /// It answers what comes out of the queue.
    case worker
    /// It answers while Telegram's own request waits; for models that are quick because they run elsewhere.
    case request
    /// No bot: it serves the HTTP API.
    case api
}
