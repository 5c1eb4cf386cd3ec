public import MartletCore

/// Why a service of AWS did not do what it was asked for, and what to do about it.
///
/// The description holds no secret and nothing of what was stored; ``details`` may.
public struct AWSError: Error, Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The service's own name for what is wrong, such as `ConditionalCheckFailedException`, or one of those below.
    public var code: String
    /// What is wrong, without a full stop.
    public var message: String
    /// What to do about it, a sentence without its full stop; nil where the caller knows best.
    public var remedy: String?
    /// The HTTP status, where there was an answer.
    public var status: Int?
    /// What AWS's support asks for.
    public var requestID: String?
    /// The error's whole body, such as `CancellationReasons` or `Item`; not for logs.
    public var details: JSONValue
    /// How long the service asks to wait.
    var retryAfter: Duration?

    /// Makes an error from sentences without their full stops.
    public init(
        code: String,
        message: String,
        remedy: String? = nil,
        status: Int? = nil,
        requestID: String? = nil,
        details: JSONValue = .null
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.status = status
        self.requestID = requestID
        self.details = details
    }

    /// What is wrong, and the remedy.
    public var description: String {
        let place = requestID.map { "\(code), request \($0)" } ?? code
        return "\(message) (\(place))." + (remedy.map { " \($0)." } ?? "")
    }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Nothing of the details.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

    /// Whether the service has more to do than it is allowed to; the request was not executed.
    public var isThrottling: Bool {
        if code == "TransactionCanceledException" {
            let reasons = cancellationReasons
            return !reasons.isEmpty && reasons.allSatisfy { Self.throttlingReasons.contains($0) }
        }
        return status == 429 || Self.throttlingCodes.contains(code)
    }

    /// Whether the same request may succeed a moment later.
    public var isTransient: Bool {
        isThrottling || isConflict || Self.transientCodes.contains(code) || (status ?? 0) >= 500
    }

    /// Whether another transaction had the same items; the request was not executed.
    private var isConflict: Bool {
        if code == "TransactionConflictException" || code == "TransactionInProgressException" { return true }
        guard code == "TransactionCanceledException" else { return false }
        let reasons = cancellationReasons
        return !reasons.isEmpty
            && reasons.allSatisfy { $0 == "TransactionConflict" || Self.throttlingReasons.contains($0) }
    }

    /// Whether it is certain that nothing was done.
    var isUnexecuted: Bool { isThrottling || isConflict || code == Self.unreachable }

    private var cancellationReasons: [String] {
        (details["CancellationReasons"]?.array ?? []).compactMap { $0["Code"]?.string }.filter { $0 != "None" }
    }

    private static let throttlingReasons: Set<String> = [
        "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded",
    ]
    private static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
        "AWS.SimpleQueueService.RequestThrottled", "TooManyRequestsException", "ProvisionedThroughputExceededException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
        "PriorRequestNotComplete", "EC2ThrottledException", "KmsThrottled", "ThrottlingError",
    ]
    private static let transientCodes: Set<String> = [
        unreachable, connectionLost, timedOut, truncated, "RequestTimeout", "RequestTimeoutException",
        "InternalFailure",
        "InternalServerError", "InternalServiceError", "ServiceUnavailable", "ServiceUnavailableException",
    ]
}

extension AWSError {
    /// No connection could be made, so nothing was asked.
    public static let unreachable = "Unreachable"
    /// The connection broke before the answer was there.
    public static let connectionLost = "ConnectionLost"
    /// There was no answer in time.
    public static let timedOut = "TimedOut"
    /// The answer breaks off.
    public static let truncated = "TruncatedAnswer"
    /// The answer is not one of the service's.
    public static let unreadable = "UnreadableAnswer"
    /// The answer is larger than Martlet takes.
    public static let tooLarge = "AnswerTooLarge"
    /// There are no credentials.
    public static let noCredentials = "NoCredentials"
    /// No region is set, or what is set is none.
    public static let invalidRegion = "InvalidRegion"
    /// The service's address is not one, or would send everything in the clear.
    public static let invalidEndpoint = "InvalidEndpoint"
    /// What was asked is known to be refused, so it was not sent.
    public static let invalidRequest = "InvalidRequest"
}
