/// An operation of a service that speaks AWS JSON.
public struct AWSOperation: Sendable, Hashable {
    /// The service's name in signatures and addresses, such as `dynamodb`.
    public var service: String
    /// What the header `X-Amz-Target` says, such as `DynamoDB_20120810.PutItem`.
    public var target: String
    /// `1.0` or `1.1`; services take only theirs.
    public var jsonVersion: String
    /// Whether it may be done twice when nobody knows whether it was done.
    public var isIdempotent: Bool

    /// Makes an operation.
    /// - Parameter isIdempotent: See ``isIdempotent``: reads are, and so is what a condition or a token of the caller's own
    ///   protects.
    public init(service: String, target: String, jsonVersion: String = "1.0", isIdempotent: Bool) {
        self.service = service
        self.target = target
        self.jsonVersion = jsonVersion
        self.isIdempotent = isIdempotent
    }

    /// `dynamodb:PutItem`, as policies name it.
    public var action: String { "\(service):\(target.split(separator: ".").last.map { String($0) } ?? target)" }
}
