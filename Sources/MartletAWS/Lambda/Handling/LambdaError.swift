/// Why a response was not taken, or why the runtime ended.
public struct LambdaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Hashable {
        /// The handler responded already; nothing was sent.
        case alreadyResponded
        /// The response is larger than Lambda takes; the invocation may still be responded to.
        case responseTooLarge
        /// The invocation's time is over, and it has been answered with that.
        case deadlinePassed
        /// The process stops, and the invocation has been handed back with an error.
        case stopping
        /// The connection was lost; whether the response arrived is not known.
        case connectionLost
        /// Lambda refused the response.
        case refused
        /// Lambda can't be reached, or says that the environment is broken.
        case environmentBroken
        /// Lambda sent something that is no invocation.
        case malformedInvocation
        /// What the function needs before its first invocation could not be made ready.
        case startUpFailed
        /// The handler went on after its time, although it was cancelled.
        case handlerStuck
        /// A setting can't be used.
        case setting
    }

    /// What kind of failure it is.
    public var code: Code
    /// What happened, and what to do about it.
    public var description: String

    /// Makes an error.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
