import MartletCore

/// Why a payload is no event that can be dealt with.
public struct LambdaEventError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: Sendable, Hashable {
        /// It is no JSON.
        case notJSON
        /// It is larger than anything that Lambda hands over.
        case tooLarge
        /// It is an event of a service that Martlet has nothing to do with.
        case unsupported(service: String)
        /// It looks like an event that is known, and lacks or garbles something.
        case malformed(field: String)
    }

    /// What kind of failure it is.
    public var code: Code
    /// What came, and what to do about it; nothing of the payload itself.
    public var description: String

    /// What callers are told that it is.
    var faultName: String {
        switch code {
        case .notJSON, .malformed: "InvalidEvent"
        case .tooLarge: "EventTooLarge"
        case .unsupported: "UnknownEvent"
        }
    }

    static func notJSON(_ error: JSONError) -> LambdaEventError {
        LambdaEventError(code: .notJSON, description: "the event is \(error); send JSON")
    }

    static func tooLarge(_ byteCount: Int) -> LambdaEventError {
        LambdaEventError(
            code: .tooLarge,
            description: "the event has \(byteCount) bytes, and \(LambdaEvent.maximumByteCount) is the most; send less"
        )
    }

    static func unsupported(_ service: String) -> LambdaEventError {
        LambdaEventError(
            code: .unsupported(service: service),
            description:
                "this is an event of \(service), which Martlet does not take; it takes HTTP requests (function "
                + "URL, API Gateway, Application Load Balancer), messages of SQS, schedules of EventBridge, and direct "
                + "calls; take this trigger away from the function"
        )
    }

    static func malformed(_ field: String, _ expected: String) -> LambdaEventError {
        LambdaEventError(
            code: .malformed(field: field),
            description: "the event's \(field) is not \(expected); check what sends it, or the file it was copied from"
        )
    }
}
