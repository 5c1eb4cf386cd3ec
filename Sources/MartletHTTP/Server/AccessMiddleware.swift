import HTTPTypes
import Hummingbird
import Logging

/// Lets in who may come in: pages and health for everybody, everything else by its right.
struct AccessMiddleware: RouterMiddleware {
    let keys: KeyRing
    let routes: RouteTable
    let phase: ServerPhase
    let metrics: ServerMetrics

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        let route = context.endpointPath ?? ""
        if Self.isOpen(route) { return try await next(request, context) }
        var context = context
        do {
            context.caller = try keys.caller(showing: request.headers)
        } catch {
            metrics.noteUnauthorized()
            throw error
        }
        context.ticket?.note(caller: context.caller.name)
        context.logger[metadataKey: "caller.name"] = "\(context.caller.name)"
        if route == "/metrics" {
            guard context.caller.rights.contains(.metrics) else {
                throw APIError.forbidden(
                    "This key may not read metrics; its line in the keys file needs rights=metrics."
                )
            }
            return try await next(request, context)
        }
        let required = routes.requiredRights(of: route, request.method)
        guard context.caller.rights.isSuperset(of: required) else {
            throw APIError.forbidden(
                "This key may not do that; its line in the keys file needs rights=\(required.names.joined(separator: ","))."
            )
        }
        switch phase.current {
        case .loading: throw APIError.unavailable("The model is being loaded.", retryAfter: .seconds(2))
        case .draining, .expired: throw APIError.unavailable("The server stops.", retryAfter: .seconds(5))
        case .ready: return try await next(request, context)
        }
    }

    /// Whether a route is for everybody.
    ///
    /// What is not named here needs a key: a route that somebody adds and forgets about is closed.
    static func isOpen(_ route: String) -> Bool {
        ["/", "/health", "/ready", "/openapi.json", "/docs"].contains(route) || route.hasPrefix("/assets/")
    }
}
