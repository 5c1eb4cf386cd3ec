package import struct FoundationEssentials.Date

extension LambdaInvocation {
    /// The longest that Lambda lets a function run, for an answer that names no deadline.
    private static let longest = 900.0

    /// The invocation in an answer to `/next`; nil where the answer names none.
    package init?(_ answer: RuntimeAnswer, at now: Date) {
        func value(_ name: String) -> String? {
            answer.headers.firstValue(of: "lambda-runtime-\(name)").flatMap { $0.isEmpty ? nil : $0 }
        }
        guard let id = value("aws-request-id"), id.utf8.count <= 128, id.utf8.allSatisfy(Self.mayBeInPath) else {
            return nil
        }
        let milliseconds = value("deadline-ms").flatMap { Int64($0) }
        self.init(
            requestID: id,
            payload: answer.body,
            deadline: milliseconds.map { Date(timeIntervalSince1970: Double($0) / 1000) }
                ?? now.addingTimeInterval(Self.longest),
            functionARN: value("invoked-function-arn"),
            traceID: value("trace-id"),
            clientContext: value("client-context"),
            cognitoIdentity: value("cognito-identity"),
            tenantID: value("aws-tenant-id")
        )
    }

    private static func mayBeInPath(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
