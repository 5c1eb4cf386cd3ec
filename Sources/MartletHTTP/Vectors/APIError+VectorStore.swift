import HTTPTypes
import MartletCore

extension APIError {
    /// What a vector store refuses, as callers may see it.
    static func translating(_ error: VectorStoreError) -> APIError {
        let message = error.description.prefix(1).uppercased() + error.description.dropFirst()
        return switch error.code {
        case .notFound: .notFound(message)
        case .exists:
            APIError(status: .conflict, message: message, type: "invalid_request_error", code: "already_exists")
        case .tooLarge:
            APIError(
                status: .contentTooLarge,
                message: message,
                type: "invalid_request_error",
                code: "request_too_large"
            )
        case .invalid: .invalidRequest(message)
        case .unsupported: .invalidRequest(message, code: RequestFault.Code.unsupported.rawValue)
        case .unavailable: .unavailable("The vector store can't be reached now. Try again later.")
        case .notAuthorized:
            .badGateway("The vector store refused this server's credentials. The server's operator can set them.")
        default: .internal
        }
    }
}
