public import struct FoundationEssentials.Date

/// One call of the function, as the Lambda Runtime API hands it over.
public struct LambdaInvocation: Sendable, Hashable {
    /// The call's id; responses are tied to it.
    public var requestID: String
    /// The event, JSON in all but exotic cases; see ``LambdaEvent``.
    public var payload: [UInt8]
    /// When Lambda ends the call, and the process with it.
    public var deadline: Date
    /// The function, version or alias that was called.
    public var functionARN: String?
    /// The header that AWS X-Ray passes on.
    public var traceID: String?
    /// What the AWS Mobile SDK says of its app and device, as JSON.
    public var clientContext: String?
    /// Who called through Amazon Cognito, as JSON.
    public var cognitoIdentity: String?
    /// For whom the environment is set apart, where the function isolates its tenants.
    public var tenantID: String?

    /// Makes an invocation.
    public init(
        requestID: String,
        payload: [UInt8],
        deadline: Date,
        functionARN: String? = nil,
        traceID: String? = nil,
        clientContext: String? = nil,
        cognitoIdentity: String? = nil,
        tenantID: String? = nil
    ) {
        self.requestID = requestID
        self.payload = payload
        self.deadline = deadline
        self.functionARN = functionARN
        self.traceID = traceID
        self.clientContext = clientContext
        self.cognitoIdentity = cognitoIdentity
        self.tenantID = tenantID
    }

    /// How long the call may still take; never negative.
    public func timeRemaining(at now: Date = Date()) -> Duration {
        max(.zero, .milliseconds(Int64((deadline.timeIntervalSince(now) * 1000).rounded(.down))))
    }
}
