public import HTTPTypes

extension HTTPField.Name {
    /// When to try again, in seconds.
    static let retryAfter = HTTPField.Name(literal: "retry-after")
    /// The request's identity, for logs on both sides.
    static let requestID = HTTPField.Name(literal: "x-request-id")

    /// A name that is known to be well-formed.
    init(literal name: StaticString) {
        guard let field = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is no field name") }
        self = field
    }
}

extension APIError {
    /// The request can't be understood or asks for something impossible; 400.
    public static func invalidRequest(_ message: String, parameter: String? = nil, code: String? = nil) -> APIError {
        APIError(
            status: .badRequest,
            message: message,
            type: "invalid_request_error",
            parameter: parameter,
            code: code
        )
    }

    /// The input doesn't fit the model's context; 400.
    public static func contextTooLong(_ message: String) -> APIError {
        invalidRequest(message, parameter: "messages", code: "context_length_exceeded")
    }

    /// No model of this name is served; 404.
    ///
    /// - Parameter name: As the caller wrote it; shown shortened.
    public static func unknownModel(_ name: String) -> APIError {
        APIError(
            status: .notFound,
            message: "The model '\(name.prefix(128))' is not served here. GET /v1/models lists the models.",
            type: "invalid_request_error",
            parameter: "model",
            code: "model_not_found"
        )
    }

    /// Something that was named by its id isn't there; 404.
    public static func notFound(_ message: String, parameter: String? = nil) -> APIError {
        APIError(
            status: .notFound,
            message: message,
            type: "invalid_request_error",
            parameter: parameter,
            code: "not_found"
        )
    }

    /// No route has this path; 404.
    public static var unknownRoute: APIError {
        APIError(
            status: .notFound,
            message: "There is nothing at this address. GET /docs shows what there is.",
            type: "invalid_request_error",
            code: "unknown_url"
        )
    }

    /// The path's routes have other methods; 405.
    public static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> APIError {
        let list = allowed.map(\.rawValue).joined(separator: ", ")
        return APIError(
            status: .methodNotAllowed,
            message: "This address answers to \(list) only.",
            type: "invalid_request_error",
            code: "method_not_allowed",
            headers: [.allow: list]
        )
    }

    /// The caller showed no key, or an unknown one; 401.
    public static func unauthorized(_ message: String) -> APIError {
        APIError(
            status: .unauthorized,
            message: message,
            type: "invalid_request_error",
            code: "invalid_api_key",
            headers: [.wwwAuthenticate: "Bearer"]
        )
    }

    /// The caller's key has not this right; 403.
    public static func forbidden(_ message: String) -> APIError {
        APIError(status: .forbidden, message: message, type: "invalid_request_error", code: "insufficient_permissions")
    }

    /// A limit of the caller's key is reached; 429.
    ///
    /// - Parameter headers: The `x-ratelimit-…` fields.
    public static func rateLimited(_ message: String, retryAfter: Duration?, headers: HTTPFields = [:]) -> APIError {
        var error = APIError(
            status: .tooManyRequests,
            message: message,
            type: "rate_limit_error",
            code: "rate_limit_exceeded",
            headers: headers
        )
        error.setRetryAfter(retryAfter)
        return error
    }

    /// The server has more to do than it takes on; 503.
    public static func overloaded(retryAfter: Duration?) -> APIError {
        var error = APIError(
            status: .serviceUnavailable,
            message: "Too many requests wait already. Try again later.",
            type: "server_error",
            code: "overloaded"
        )
        error.setRetryAfter(retryAfter ?? .seconds(1))
        return error
    }

    /// The body is larger than the server reads; 413.
    ///
    /// The connection is closed, as the rest of the body isn't read.
    public static func tooLarge(limit: Int) -> APIError {
        APIError(
            status: .contentTooLarge,
            message: "The request's body is larger than the limit of \(limit) bytes. Send less.",
            type: "invalid_request_error",
            code: "request_too_large",
            headers: [.connection: "close"]
        )
    }

    /// The body didn't arrive in time; 408.
    public static var timedOut: APIError {
        APIError(
            status: .requestTimeout,
            message: "The request's body did not arrive in time.",
            type: "invalid_request_error",
            code: "request_timeout",
            headers: [.connection: "close"]
        )
    }

    /// The time that a request gives is over; 408.
    static func deadlineExceeded(_ message: String) -> APIError {
        APIError(status: .requestTimeout, message: message, type: "server_error", code: "deadline_exceeded")
    }

    /// The model can't answer now; 503.
    public static func unavailable(_ message: String, retryAfter: Duration? = nil) -> APIError {
        var error = APIError(
            status: .serviceUnavailable,
            message: message,
            type: "server_error",
            code: "unavailable"
        )
        error.setRetryAfter(retryAfter)
        return error
    }

    /// The server that a model runs on refused or failed; 502.
    public static func badGateway(_ message: String) -> APIError {
        APIError(status: .badGateway, message: message, type: "server_error", code: "upstream_error")
    }

    /// A fault of the server; 500.
    ///
    /// What it was goes to the log only.
    public static var `internal`: APIError {
        APIError(
            status: .internalServerError,
            message: "The server failed. The request's id, in x-request-id, finds the reason in its log.",
            type: "server_error",
            code: "internal_error"
        )
    }

    /// Sets `retry-after`, in whole seconds rounded up, at least 1.
    private mutating func setRetryAfter(_ duration: Duration?) {
        guard let duration else { return }
        let (seconds, attoseconds) = duration.components
        headers[.retryAfter] = "\(max(1, attoseconds > 0 ? seconds + 1 : seconds))"
    }
}
