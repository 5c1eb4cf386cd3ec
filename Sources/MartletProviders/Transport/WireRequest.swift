import MartletCore

/// A request as it goes to a provider.
struct WireRequest: Sendable {
    var method = "POST"
    var url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    /// A `POST` of JSON.
    static func json(_ url: String, _ body: JSONValue, headers: [(name: String, value: String)]) -> WireRequest {
        WireRequest(
            url: url,
            headers: [("content-type", "application/json")] + headers,
            body: body.serialized
        )
    }
}
