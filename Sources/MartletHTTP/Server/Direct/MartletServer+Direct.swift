import HTTPTypes
import Hummingbird
import NIOCore

extension MartletServer {
    /// Answers a request that came by another way than a connection, with the same routes, rights, limits and books.
    ///
    /// The server need not run for it; ``becomeReady()`` has to have been called. Cancelling the task stops what makes the
    /// response, as for a client that goes away.
    @concurrent
    public func respond(to request: DirectRequest) async throws -> DirectResponse {
        let caller = DirectCaller()
        let context = APIRequestContext(from: caller, logger: application.logger)
        guard let method = HTTPRequest.Method(rawValue: request.method) else {
            return DirectResponse(
                APIError.invalidRequest("The request's method is malformed.").response,
                caller: caller
            )
        }
        var fields = HTTPFields()
        for header in request.headers {
            // What can't stand in a message is left out; it could be no field that anything here reads.
            guard let name = HTTPField.Name(header.name), HTTPField.isValidValue(header.value) else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        fields[.contentLength] = request.body.isEmpty ? nil : "\(request.body.count)"
        let head = HTTPRequest(
            method: method,
            scheme: "https",
            authority: request.headers.first { $0.name.lowercased() == "host" }?.value,
            path: request.target,
            headerFields: fields
        )
        let body = RequestBody(buffer: ByteBuffer(bytes: request.body))
        return try await withTaskCancellationHandler {
            let response = try await application.responder.respond(
                to: Request(head: head, body: body),
                context: context
            )
            return DirectResponse(response, caller: caller)
        } onCancel: {
            caller.depart()
        }
    }
}
