import Hummingbird
import MartletCore
import NIOCore

extension APIError {
    /// The error as callers may see it.
    ///
    /// What a ``ModelFailure`` says about the request is passed on; of everything else only the kind is.
    public init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case is DrainedFailure: self = .unavailable("\(error)", retryAfter: .seconds(5))
        case let error as any ModelFailure: self = Self.translating(error)
        case let error as VectorStoreError: self = Self.translating(error)
        case is JSONError: self = .invalidRequest("The body is \(error).", code: "invalid_json")
        case is NIOTooManyBytesError:
            self = .tooLarge(limit: (error as? NIOTooManyBytesError)?.maxBytes ?? 0)
        case is CancellationError: self = .unavailable("The request was cancelled before its answer was complete.")
        case let error as any HTTPResponseError where error.status.code == 404: self = .unknownRoute
        case let error as any HTTPResponseError where (400..<500).contains(error.status.code):
            self = APIError(
                status: error.status,
                message: "The request can't be answered: \(error.status.reasonPhrase).",
                type: "invalid_request_error"
            )
        default: self = .internal
        }
    }

    private static func translating(_ failure: any ModelFailure) -> APIError {
        let message = "\(failure)"
        return switch failure.failureKind {
        case .invalidRequest(let parameter): .invalidRequest(message, parameter: parameter)
        case .contextTooLong: .contextTooLong(message)
        case .overloaded(let retryAfter): .overloaded(retryAfter: retryAfter)
        case .notAuthorized:
            .badGateway("The model's provider refused this server's credentials. The server's operator can set them.")
        case .unknownModel:
            APIError(
                status: .notFound,
                message: message,
                type: "invalid_request_error",
                parameter: "model",
                code: "model_not_found"
            )
        case .unavailable: .unavailable("The model can't be reached now. Try again later, or name another model.")
        case .internal: .internal
        }
    }
}
