import FoundationEssentials
import MartletCore
import NIOHTTP1

/// A function URL: an HTTP request becomes an event with payload 2.0, and what the function responds becomes HTTP again.
struct FunctionURLRoute: Sendable {
    let function: EmulatedFunction

    func answer(_ exchange: EmulatorExchange) async throws {
        guard let body = try await exchange.body(upTo: EmulatedFunction.maximumByteCount) else {
            return try await refuse(exchange, 413, "Request must be smaller than 6291456 bytes")
        }
        let event = Self.event(exchange, body)
        let (_, events) = function.invoke(event.serialized, traceID: exchange.header("X-Amzn-Trace-Id"))
        var stream: StreamedResponse?
        for await event in events {
            switch event {
            case .response(let payload): return try await respond(exchange, payload)
            case .failure: return try await refuse(exchange, 502, "Internal Server Error")
            case .begin(let type): stream = StreamedResponse(contentType: type)
            case .piece(let bytes):
                guard var open = stream else { continue }
                defer { stream = open }
                let rest: [UInt8]
                switch open.take(bytes) {
                case .waiting: continue
                case .broken: return try await refuse(exchange, 502, "Internal Server Error")
                case .begin(let head, let first):
                    try await exchange.begin(head.status, Self.fields(head))
                    rest = first
                case .body(let bytes): rest = bytes
                }
                try await exchange.write(rest)
            case .end(let fault):
                guard let open = stream, open.hasBegun else {
                    return try await refuse(exchange, 502, "Internal Server Error")
                }
                // The caller sees that the response is not whole: its chunks have no end.
                if let fault { throw fault }
                return try await exchange.finish()
            }
        }
        // The environment ended in the middle.
        if let stream, stream.hasBegun { throw LambdaError.lost }
        try await refuse(exchange, 502, "Internal Server Error")
    }

    // MARK: The event

    static func event(_ exchange: EmulatorExchange, _ body: [UInt8]) -> JSONValue {
        var fields = JSONObject()
        for (name, value) in exchange.head.headers where name.lowercased() != "cookie" {
            let name = name.lowercased()
            fields[name] = .string(fields[name]?.string.map { "\($0),\(value)" } ?? value)
        }
        let address = "127.0.0.1"
        fields["x-forwarded-for"] = fields["x-forwarded-for"] ?? .string(address)
        fields["x-forwarded-proto"] = fields["x-forwarded-proto"] ?? "https"
        fields["x-forwarded-port"] = fields["x-forwarded-port"] ?? "443"
        let cookies = exchange.head.headers["Cookie"].flatMap { $0.split(separator: ";") }
            .map { String($0.drop { $0 == " " }) }
        let isText = isText(exchange.head.headers) && String(validating: body, as: UTF8.self) != nil
        let now = Date()
        let domain = "martlet.lambda-url.local"
        let http: JSONValue = [
            "method": .string(exchange.head.method.rawValue), "path": .string(exchange.path), "protocol": "HTTP/1.1",
            "sourceIp": .string(address), "userAgent": .string(exchange.header("User-Agent") ?? ""),
        ]
        var event: JSONObject = [
            "version": "2.0", "routeKey": "$default", "rawPath": .string(exchange.path),
            "rawQueryString": .string(exchange.query), "headers": .object(fields),
            "requestContext": [
                "accountId": "anonymous", "apiId": "martlet", "domainName": .string(domain), "domainPrefix": "martlet",
                "http": http, "requestId": .string(UUID().uuidString.lowercased()), "routeKey": "$default",
                "stage": "$default", "time": .string(now.formatted(.iso8601)),
                "timeEpoch": .integer(Int64(now.timeIntervalSince1970 * 1000)),
            ],
            "isBase64Encoded": .bool(!body.isEmpty && !isText),
        ]
        if !cookies.isEmpty { event["cookies"] = .array(cookies.map { .string($0) }) }
        if !body.isEmpty {
            event["body"] = .string(isText ? String(decoding: body, as: UTF8.self) : Base64Text.encode(body))
        }
        return .object(event)
    }

    /// Whether Lambda passes a body on as text.
    private static func isText(_ headers: HTTPHeaders) -> Bool {
        guard headers.first(name: "Content-Encoding") == nil,
            let type = headers.first(name: "Content-Type")?.lowercased()
        else { return false }
        return type.hasPrefix("text/")
            || ["application/json", "application/javascript", "application/xml"].contains { type.hasPrefix($0) }
    }

    // MARK: The response

    private func respond(_ exchange: EmulatorExchange, _ payload: [UInt8]) async throws {
        guard let response = FunctionURLResponse(payload) else {
            return try await refuse(exchange, 502, "Internal Server Error")
        }
        try await exchange.respond(response.head.status, Self.fields(response.head), response.body)
    }

    static func fields(_ head: LambdaHTTPResponse.Head) -> [(String, String)] {
        // The front door says how long the body is.
        head.headers.filter { !["content-length", "transfer-encoding", "connection"].contains($0.name.lowercased()) }
            .map { ($0.name, $0.value) } + head.cookies.map { ("set-cookie", $0) }
    }

    private func refuse(_ exchange: EmulatorExchange, _ status: Int, _ text: String) async throws {
        let value: JSONValue = ["Message": .string(text)]
        try await exchange.respond(status, [("Content-Type", "application/json")], value.serialized)
    }
}
