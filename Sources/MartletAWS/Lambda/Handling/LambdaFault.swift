import MartletCore

/// An invocation's error as Lambda shows it: to the caller, in the log and in metrics.
public struct LambdaFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind, such as `Martlet.DeadlineExceeded`; letters, digits, `.` and `_`.
    public let type: String
    /// A sentence that callers see: it must hold no secrets.
    public let message: String

    /// The kind and the sentence.
    public var description: String { "\(type): \(message)" }

    /// Makes an error; what doesn't fit into a header is taken out of the type, and long texts are cut.
    public init(type: String, message: String) {
        let letters = type.unicodeScalars.filter {
            $0.isASCII && ($0.properties.isAlphabetic || "0"..."9" ~= $0 || $0 == "." || $0 == "_")
        }
        self.type = letters.isEmpty ? "Error" : String(String.UnicodeScalarView(letters.prefix(128)))
        self.message = String(message.prefix(2048))
    }

    /// The error that a handler threw.
    public init(_ error: any Error) {
        switch error {
        case let fault as LambdaFault: self = fault
        case is CancellationError:
            self.init(type: "Martlet.Cancelled", message: "The work was cancelled before there was a response.")
        case let error as LambdaEventError: self.init(type: "Martlet.\(error.faultName)", message: "\(error)")
        default: self.init(type: "Martlet.\(Swift.type(of: error))", message: "\(error)")
        }
    }

    /// The body of a report to the Runtime API.
    package var body: [UInt8] {
        let value: JSONValue = [
            "errorType": .string(type), "errorMessage": .string(message), "stackTrace": .array([]),
        ]
        return value.serialized
    }
}
