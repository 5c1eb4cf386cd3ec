import MartletAWS
import MartletCore
import MartletHTTP

/// The HTTP API of `martlet serve`, served to a function's front door.
struct ServedFunctionAPI: FunctionAPI {
    /// The server, as soon as its models are there.
    let server: Preparation<MartletServer>

    func answer(_ request: LambdaHTTPRequest, _ call: FunctionCall) async throws {
        let response = try await server.value().respond(
            to: DirectRequest(
                method: request.method,
                target: request.target,
                headers: request.headers.map { ($0.name, $0.value) },
                body: request.body
            )
        )
        let head = LambdaHTTPResponse.Head(
            status: response.status,
            headers: response.headers.map { LambdaHeaderField($0.name, $0.value) }
        )
        guard response.byteCount == nil else {
            let whole = LambdaHTTPResponse(head: head, body: try await response.collected())
            return try await call.responder.respond(whole, as: request.format)
        }
        let stream = try await call.responder.stream(head, as: request.format)
        try await response.write { try await stream.write($0) }
        try await stream.finish()
    }
}

/// The front door of a function that has no key: nobody gets in, and events, which take a right of AWS's, go past it.
struct ClosedFunctionAPI: FunctionAPI {
    func answer(_ request: LambdaHTTPRequest, _ call: FunctionCall) async throws {
        let error: JSONValue = [
            "error": [
                "message":
                    "This function has no API key, so it takes no HTTP requests. Its operator can set MARTLET_API_KEY.",
                "type": "permission_error",
            ]
        ]
        let response = LambdaHTTPResponse(
            status: 403,
            headers: [LambdaHeaderField("content-type", "application/json")],
            body: error.serialized
        )
        try await call.responder.respond(response, as: request.format)
    }
}
