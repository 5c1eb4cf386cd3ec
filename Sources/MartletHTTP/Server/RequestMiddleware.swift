import HTTPTypes
import Hummingbird
import Logging

/// What every request gets, whatever it is for: an id, a line in the log, a count, an error in OpenAI's envelope, and the
/// fields that keep browsers from doing harm.
struct RequestMiddleware: RouterMiddleware {
    let configuration: ServerConfiguration
    let phase: ServerPhase
    let metrics: ServerMetrics
    let routes: RouteTable
    let logger: Logger

    func handle(
        _ request: Request,
        context: APIRequestContext,
        next: @concurrent (Request, APIRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = RequestIdentity.accepted(request.headers[.requestID]) ?? RequestIdentity.make()
        context.logger = logger
        context.logger[metadataKey: "request.id"] = "\(context.requestID)"
        context.maxUploadSize = configuration.bodyLimit
        context.bodyTimeout = configuration.bodyTimeout
        let ticket = RequestTicket(
            method: request.method.rawValue,
            phase: phase,
            metrics: metrics,
            logger: context.logger
        )
        context.ticket = ticket
        if let route = context.endpointPath { ticket.note(route: route) }
        var response: Response
        do {
            try check(request, context)
            response = try await next(request, context)
        } catch {
            response = routes.response(to: error, of: context.endpointPath, logger: context.logger)
        }
        ticket.note(status: response.status.code)
        response.headers[.requestID] = context.requestID
        response.headers[.contentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        if phase.current != .ready { response.headers[.connection] = "close" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return ended(response, ticket)
    }

    /// Refuses what no route needs to see.
    private func check(_ request: Request, _ context: APIRequestContext) throws(APIError) {
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }), announced > configuration.bodyLimit {
            throw .tooLarge(limit: configuration.bodyLimit)
        }
        guard context.endpointPath == nil else { return }
        let methods = routes.methods(at: request.uri.path)
        if methods.isEmpty { throw .unknownRoute }
        if request.method != .options { throw .methodNotAllowed(methods) }
    }

    /// The response that ends the ticket when it is written.
    private func ended(_ response: Response, _ ticket: RequestTicket) -> Response {
        guard response.body.contentLength == nil else {
            ticket.end(isComplete: true)
            return response
        }
        let body = response.body
        var response = response
        response.body = ResponseBody { writer in
            do {
                try await body.write(writer)
                ticket.end(isComplete: true)
            } catch {
                ticket.end(isComplete: false)
                throw error
            }
        }
        return response
    }
}

extension APIError {
    /// An error as callers may see it; what must not be shown is logged.
    static func logged(_ error: any Error, logger: Logger) -> APIError {
        let shown = APIError(error)
        if shown.status.code == 500 {
            logger.error(
                "A request failed",
                metadata: ["error.type": "\(Swift.type(of: error))", "error.text": "\(error)"]
            )
        }
        return shown
    }
}

extension HTTPField.Name {
    static let contentTypeOptions = HTTPField.Name(literal: "x-content-type-options")
    static let referrerPolicy = HTTPField.Name(literal: "referrer-policy")
}
