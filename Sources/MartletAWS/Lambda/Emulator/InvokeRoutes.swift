import MartletCore
import NIOHTTP1

/// What callers see: the address that AWS's own emulator has, and a function URL at every other path.
struct InvokeRoutes: Sendable {
    let function: EmulatedFunction

    func answer(_ exchange: EmulatorExchange) async throws {
        let parts = exchange.path.split(separator: "/")
        if function.settings.takesEvents, exchange.head.method == .POST, parts.count == 4, parts[0] == "2015-03-31",
            parts[1] == "functions",
            parts[3] == "invocations"
        {
            try await invoke(exchange)
        } else {
            try await FunctionURLRoute(function: function).answer(exchange)
        }
    }

    private func invoke(_ exchange: EmulatorExchange) async throws {
        guard let payload = try await exchange.body(upTo: EmulatedFunction.maximumByteCount) else {
            let text = "the event is larger than the \(EmulatedFunction.maximumByteCount) bytes that Lambda takes"
            let value: JSONValue = ["Type": "User", "message": .string(text)]
            return try await exchange.respond(413, [("Content-Type", "application/json")], value.serialized)
        }
        let kind = exchange.header("X-Amz-Invocation-Type")?.lowercased() ?? "requestresponse"
        guard kind != "dryrun" else { return try await exchange.respond(204) }
        let (id, events) = function.invoke(
            payload,
            clientContext: exchange.header("X-Amz-Client-Context")
                .flatMap { Base64Text.decode($0) }
                .map { String(decoding: $0, as: UTF8.self) },
            tenantID: exchange.header("X-Amz-Tenant-Id"),
            traceID: exchange.header("X-Amzn-Trace-Id")
        )
        guard kind != "event" else { return try await exchange.respond(202, [("X-Amzn-RequestId", id)]) }
        let headers = [("X-Amzn-RequestId", id), ("X-Amz-Executed-Version", function.settings.functionVersion)]
        let outcome = await InvocationOutcome(events)
        guard !outcome.isFailure else {
            let fields = headers + [("Content-Type", "application/json"), ("X-Amz-Function-Error", "Unhandled")]
            return try await exchange.respond(200, fields, outcome.body)
        }
        let type = outcome.contentType ?? "application/json"
        try await exchange.respond(200, headers + [("Content-Type", type)], outcome.body)
    }
}

/// What came of an invocation, all of it.
public struct InvocationOutcome: Sendable, Hashable {
    /// The response, or the error as JSON.
    public var body: [UInt8] = []
    /// Whether it is an error.
    public var isFailure = false
    /// The content type of a streamed response.
    public var contentType: String?

    /// Makes an empty response.
    public init() {}

    init(_ events: AsyncStream<EmulatedInvocation.Event>) async {
        for await event in events {
            switch event {
            case .response(let bytes): body = bytes
            case .begin(let type): contentType = type
            case .piece(let bytes): body += bytes
            case .end(let fault):
                guard let fault else { break }
                (body, isFailure) = (fault.body, true)
            case .failure(let bytes): (body, isFailure) = (bytes, true)
            }
        }
    }
}
