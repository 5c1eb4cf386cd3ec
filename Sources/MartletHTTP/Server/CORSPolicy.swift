import HTTPTypes
import Hummingbird
import Logging

/// Lets pages of chosen origins use the API from a browser, and answers OPTIONS.
struct CORSPolicy: RouterMiddleware {
    /// The origins; empty lets no other page in.
    let allowedOrigins: [String]
    let routes: RouteTable

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let origin = request.headers[.origin].flatMap { allowed($0) }
        var response: Response
        if request.method == .options {
            response = options(request, isAllowed: origin != nil)
        } else {
            do {
                response = try await next(request, context)
            } catch {
                response = routes.response(to: error, of: context.endpointPath, logger: context.logger)
            }
        }
        guard !allowedOrigins.isEmpty else { return response }
        response.headers[.vary] = "origin"
        if let origin {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.accessControlExposeHeaders] =
                "x-request-id, retry-after, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, "
                + "x-ratelimit-reset-requests, x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, "
                + "x-ratelimit-reset-tokens"
        }
        return response
    }

    private func allowed(_ origin: String) -> String? {
        if allowedOrigins.contains("*") { return "*" }
        return allowedOrigins.contains(origin) ? origin : nil
    }

    private func options(_ request: Request, isAllowed: Bool) -> Response {
        let methods = (routes.methods(at: request.uri.path) + [.options]).map(\.rawValue).joined(separator: ", ")
        var headers: HTTPFields = [.allow: methods]
        if isAllowed, request.headers[.accessControlRequestMethod] != nil {
            headers[.accessControlAllowMethods] = methods
            // Clients of the API send fields of their own (x-stainless-…), so those that were asked for are let through.
            headers[.accessControlAllowHeaders] = Self.fieldNames(request.headers[.accessControlRequestHeaders])
            headers[.accessControlMaxAge] = "600"
        }
        return Response(status: .noContent, headers: headers)
    }

    /// The names that a preflight asks for, without anything that is none; at most 64.
    private static func fieldNames(_ text: String?) -> String {
        let names = (text ?? "authorization, content-type").split(separator: ",").prefix(64)
            .compactMap { HTTPField.Name($0.trimmingPrefix { $0 == " " }.lowercased().filter { $0 != " " }) }
        return names.map(\.canonicalName).joined(separator: ", ")
    }
}
