import MartletCore

/// Why the server does not do what it was asked, in its own words.
struct Refusal: Error, Sendable, Hashable {
    var status: Int
    var description: String
    var parameters: JSONObject = [:]

    static func badRequest(_ reason: String) -> Refusal { Refusal(status: 400, description: "Bad Request: " + reason) }

    static func forbidden(_ reason: String) -> Refusal { Refusal(status: 403, description: "Forbidden: " + reason) }

    static func conflict(_ reason: String) -> Refusal { Refusal(status: 409, description: "Conflict: " + reason) }

    static func tooManyRequests(retryAfter seconds: Int64) -> Refusal {
        Refusal(
            status: 429,
            description: "Too Many Requests: retry after \(seconds)",
            parameters: ["retry_after": .integer(seconds)]
        )
    }

    static let notFound = Refusal(status: 404, description: "Not Found")
    static let unauthorized = Refusal(status: 401, description: "Unauthorized")
}

/// How the simulator answers one call.
enum SimulatedAnswer: Sendable {
    /// With a status and a body.
    case respond(Int, [UInt8])
    /// Never.
    case hang
    /// By closing the connection.
    case reset

    static func result(_ value: JSONValue) -> SimulatedAnswer {
        .respond(200, JSONValue.object(["ok": true, "result": value]).serialized)
    }

    static func refuse(_ refusal: Refusal) -> SimulatedAnswer {
        var body: JSONObject = [
            "ok": false, "error_code": .integer(Int64(refusal.status)), "description": .string(refusal.description),
        ]
        if !refusal.parameters.isEmpty { body["parameters"] = .object(refusal.parameters) }
        return .respond(refusal.status, JSONValue.object(body).serialized)
    }

    var status: Int? {
        if case .respond(let status, _) = self { status } else { nil }
    }
}
