import FoundationEssentials
import MartletCore
import NIOHTTP1

/// The Lambda Runtime API and the Extensions API, as a function's processes see them.
struct RuntimeAPIRoutes: Sendable {
    let function: EmulatedFunction

    private static let json = [("Content-Type", "application/json")]

    func answer(_ exchange: EmulatorExchange) async throws {
        let parts = exchange.path.split(separator: "/").map { String($0) }
        switch (exchange.head.method, parts.first, Array(parts.dropFirst())) {
        case (.GET, "2018-06-01", ["runtime", "invocation", "next"]): try await next(exchange)
        case (.POST, "2018-06-01", ["runtime", "init", "error"]): try await startError(exchange)
        case (.POST, "2018-06-01", let rest)
        where rest.count == 4 && rest[..<2] == ["runtime", "invocation"] && rest[3] == "response":
            try await response(exchange, to: rest[2])
        case (.POST, "2018-06-01", let rest)
        where rest.count == 4 && rest[..<2] == ["runtime", "invocation"] && rest[3] == "error":
            try await error(exchange, of: rest[2])
        case (.POST, "2020-01-01", ["extension", "register"]): try await register(exchange)
        case (.GET, "2020-01-01", ["extension", "event", "next"]): try await nextEvent(exchange)
        case (.POST, "2020-01-01", ["extension", "init", "error"]),
            (.POST, "2020-01-01", ["extension", "exit", "error"]):
            try await accept(exchange)
        default: try await refuse(exchange, 404, "NotFound", "there is nothing at this address")
        }
    }

    // MARK: The runtime

    private func next(_ exchange: EmulatorExchange) async throws {
        _ = try await exchange.body(upTo: 0)
        function.complete(exchange.connection.invocationID)
        exchange.connection.invocationID = nil
        let token = function.makeToken()
        exchange.onClose { [function] in function.withdraw(token) }
        guard let invocation = await function.next(token: token) else {
            return try await refuse(exchange, 500, "Shutdown", "the environment ends")
        }
        exchange.connection.invocationID = invocation.id
        var headers = [
            ("Content-Type", "application/json"), ("Lambda-Runtime-Aws-Request-Id", invocation.id),
            ("Lambda-Runtime-Deadline-Ms", "\(Int64(invocation.deadline.timeIntervalSince1970 * 1000))"),
            ("Lambda-Runtime-Invoked-Function-Arn", function.settings.functionARN),
            ("Lambda-Runtime-Trace-Id", invocation.traceID),
        ]
        if let context = invocation.clientContext { headers.append(("Lambda-Runtime-Client-Context", context)) }
        if let identity = invocation.cognitoIdentity { headers.append(("Lambda-Runtime-Cognito-Identity", identity)) }
        if let tenant = invocation.tenantID { headers.append(("Lambda-Runtime-Aws-Tenant-Id", tenant)) }
        try await exchange.respond(200, headers, invocation.payload)
    }

    private func response(_ exchange: EmulatorExchange, to id: String) async throws {
        guard function.isRunning(id) else { return try await refuseID(exchange) }
        if exchange.header(RuntimeRequest.modeHeader)?.lowercased() == "streaming" {
            return try await stream(exchange, to: id)
        }
        guard let body = try await exchange.body(upTo: EmulatedFunction.maximumByteCount) else {
            let text =
                "Response payload size exceeded maximum allowed payload size "
                + "(\(EmulatedFunction.maximumByteCount) bytes)."
            let fault = LambdaFault(type: "Function.ResponseSizeTooLarge", message: text)
            _ = function.deliver(id, .failure(fault.body))
            return try await refuse(exchange, 413, "RequestEntityTooLarge", text)
        }
        guard function.deliver(id, .response(body)) else { return try await refuseState(exchange) }
        try await accept(exchange)
    }

    private func stream(_ exchange: EmulatorExchange, to id: String) async throws {
        guard function.deliver(id, .begin(contentType: exchange.header("Content-Type"))) else {
            return try await refuseState(exchange)
        }
        do {
            while let piece = try await exchange.nextPiece() {
                guard function.deliver(id, .piece(piece)) else { return try await refuseState(exchange) }
            }
        } catch {
            let fault = LambdaFault.environment("Runtime.TruncatedResponse", id, "The response broke off")
            _ = function.deliver(id, .end(fault))
            throw error
        }
        let fault = exchange.trailers?.first(name: RuntimeRequest.errorTypeHeader).map { type in
            let body = exchange.trailers?.first(name: RuntimeRequest.errorBodyHeader).flatMap { Base64Text.decode($0) }
            let value = body.flatMap { try? JSONValue(parsing: $0) }
            return LambdaFault(type: type, message: value?["errorMessage"]?.string ?? "")
        }
        guard function.deliver(id, .end(fault)) else { return try await refuseState(exchange) }
        try await accept(exchange)
    }

    private func error(_ exchange: EmulatorExchange, of id: String) async throws {
        guard function.isRunning(id) else { return try await refuseID(exchange) }
        let body = try await exchange.body(upTo: EmulatedFunction.maximumByteCount) ?? []
        guard function.deliver(id, .failure(body.isEmpty ? LambdaFault(exchange).body : body)) else {
            return try await refuseState(exchange)
        }
        try await accept(exchange)
    }

    private func startError(_ exchange: EmulatorExchange) async throws {
        let body = try await exchange.body(upTo: EmulatedFunction.maximumByteCount) ?? []
        function.noteStartFault(body.isEmpty ? LambdaFault(exchange).body : body)
        try await accept(exchange)
    }

    // MARK: Extensions

    private func register(_ exchange: EmulatorExchange) async throws {
        guard let body = try await exchange.body(upTo: 65536), let value = try? JSONValue(parsing: body),
            let name = exchange.header("Lambda-Extension-Name"), !name.isEmpty
        else { return try await refuse(exchange, 400, "InvalidRequest", "a name and a list of events are wanted") }
        let events = Set((value["events"]?.array ?? []).compactMap(\.string))
        guard events.isSubset(of: ExtensionBook.kinds) else {
            return try await refuse(exchange, 400, "ValidationError", "an event is not known")
        }
        let id = function.extensions.register(name: name, events: events)
        let answer: JSONValue = [
            "functionName": .string(function.settings.functionName),
            "functionVersion": .string(function.settings.functionVersion), "handler": "bootstrap",
        ]
        try await exchange.respond(200, Self.json + [("Lambda-Extension-Identifier", id)], answer.serialized)
    }

    private func nextEvent(_ exchange: EmulatorExchange) async throws {
        _ = try await exchange.body(upTo: 0)
        guard let id = exchange.header("Lambda-Extension-Identifier"), function.extensions.isKnown(id) else {
            return try await refuse(exchange, 403, "Extension.UnknownExtensionIdentifier", "the extension is not known")
        }
        exchange.onClose { [extensions = function.extensions] in extensions.withdraw(id) }
        guard let event = await function.extensions.next(id) else {
            return try await refuse(exchange, 500, "Shutdown", "the environment ends")
        }
        try await exchange.respond(
            200,
            Self.json + [("Lambda-Extension-Event-Identifier", UUID().uuidString.lowercased())],
            event.serialized
        )
    }

    // MARK: Answers

    private func accept(_ exchange: EmulatorExchange) async throws {
        _ = try await exchange.body(upTo: 65536)
        try await exchange.respond(202, Self.json, Array(#"{"status":"OK"}"#.utf8))
    }

    private func refuseID(_ exchange: EmulatorExchange) async throws {
        try await refuse(exchange, 400, "InvalidRequestID", "no invocation with this id is running")
    }

    private func refuseState(_ exchange: EmulatorExchange) async throws {
        try await refuse(exchange, 403, "InvalidStateTransition", "the invocation has been answered")
    }

    private func refuse(_ exchange: EmulatorExchange, _ status: Int, _ type: String, _ message: String) async throws {
        let value: JSONValue = ["errorType": .string(type), "errorMessage": .string(message)]
        try await exchange.respond(status, Self.json, value.serialized)
    }
}

extension LambdaFault {
    /// An error whose body is empty: the head says what kind it is.
    init(_ exchange: EmulatorExchange) {
        self.init(type: exchange.header(RuntimeRequest.errorTypeHeader) ?? "Runtime.Unknown", message: "")
    }
}
