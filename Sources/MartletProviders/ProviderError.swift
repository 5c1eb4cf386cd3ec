public import MartletCore

/// Why a hosted model could not answer, and what to do about it.
///
/// Holds no secret and nothing that was said.
public struct ProviderError: ModelFailure {
    /// The kinds of failure.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The kind's name, stable enough for logs and metrics.
        public let description: String

        /// The key is missing, wrong or revoked (401).
        public static let unauthorized = Code(description: "unauthorized")
        /// The key is valid, but not for this (403).
        public static let forbidden = Code(description: "forbidden")
        /// The account has no money or no quota left.
        public static let quotaExhausted = Code(description: "quotaExhausted")
        /// The provider has no such model (404).
        public static let unknownModel = Code(description: "unknownModel")
        /// Input and answer don't fit the model's context.
        public static let contextTooLong = Code(description: "contextTooLong")
        /// The provider refuses the request as it is (400, 413, 422).
        public static let invalidRequest = Code(description: "invalidRequest")
        /// The provider's interface has no way to say what the request asks for.
        public static let unsupported = Code(description: "unsupported")
        /// The provider's filter withheld the answer.
        public static let contentFiltered = Code(description: "contentFiltered")
        /// Too many requests or tokens in a while (429).
        public static let rateLimited = Code(description: "rateLimited")
        /// The provider has more to do than it can (503, 529).
        public static let overloaded = Code(description: "overloaded")
        /// The provider failed (5xx).
        public static let serverError = Code(description: "serverError")
        /// The provider cannot be reached, or went away before it answered.
        public static let connectionFailed = Code(description: "connectionFailed")
        /// The provider took too long.
        public static let timedOut = Code(description: "timedOut")
        /// The answer broke off.
        public static let interrupted = Code(description: "interrupted")
        /// The answer is not what the protocol says.
        public static let malformedResponse = Code(description: "malformedResponse")
        /// The answer is larger than Martlet takes.
        public static let responseTooLarge = Code(description: "responseTooLarge")
        /// Only local models may be used here.
        public static let localOnly = Code(description: "localOnly")
        /// The address is not one, or would send the key in the clear.
        public static let unusableEndpoint = Code(description: "unusableEndpoint")
        /// No credentials can be found for the request.
        public static let missingCredentials = Code(description: "missingCredentials")
        /// Every model behind a name is resting after failures or at its limit.
        public static let noUpstream = Code(description: "noUpstream")
    }

    /// The kind of failure.
    public var code: Code
    /// Who failed: the provider's or the model's name.
    public var provider: String
    /// What is wrong, a sentence without its full stop.
    public var message: String
    /// What to do about it, a sentence without its full stop.
    public var remedy: String
    /// The HTTP status, where there was one.
    public var status: Int?
    /// How long the provider asks to wait.
    public var retryAfter: Duration?
    /// The part of the request that the provider names.
    public var parameter: String?

    /// Makes an error; `message` and `remedy` are sentences without their full stops.
    public init(
        _ code: Code,
        provider: String,
        _ message: String,
        remedy: String,
        status: Int? = nil,
        retryAfter: Duration? = nil,
        parameter: String? = nil
    ) {
        self.code = code
        self.provider = provider
        self.message = message
        self.remedy = remedy
        self.status = status
        self.retryAfter = retryAfter
        self.parameter = parameter
    }

    /// Who, what is wrong, and the remedy.
    public var description: String {
        "\(provider): \(message). \(remedy)."
    }

    /// The kind alone, bounded, for metrics.
    public var shortDescription: String { "provider.\(code)" }

    /// What the caller can do.
    public var failureKind: ModelFailureKind {
        switch code {
        case .unauthorized, .forbidden, .missingCredentials: .notAuthorized
        case .unknownModel: .unknownModel
        case .contextTooLong: .contextTooLong
        case .invalidRequest, .unsupported: .invalidRequest(parameter: parameter)
        case .contentFiltered: .invalidRequest(parameter: "messages")
        case .rateLimited, .overloaded: .overloaded(retryAfter: retryAfter)
        default: .unavailable
        }
    }

    /// Whether the same request may succeed a moment later at the same provider.
    public var isTransient: Bool {
        switch code {
        case .rateLimited, .overloaded, .serverError, .connectionFailed, .interrupted: true
        case .invalidRequest: status == 408 || status == 409
        default: false
        }
    }
}
