import Hummingbird
import MartletCore

/// `GET /v1/models` and `GET /v1/models/{id}`.
struct ModelsEndpoint: Sendable {
    /// The models by name.
    let models: any ModelServing

    /// All of them, the default first.
    func list() -> Response {
        Response(json: ["object": "list", "data": .array(models.models.map { Self.json($0) })])
    }

    /// One of them; its id may have slashes.
    ///
    /// - Throws: 404 for an id that isn't served.
    func model(context: APIRequestContext) throws(APIError) -> Response {
        let path = context.parameters.getCatchAll().joined(separator: "/")
        let id = Self.removingPercentEncoding(path)
        guard let served = models.models.first(where: { $0.id == id }) else { throw .unknownModel(id) }
        return Response(json: Self.json(served))
    }

    /// A path's text; escapes that are none stay as they are.
    private static func removingPercentEncoding(_ path: String) -> String {
        var bytes: [UInt8] = []
        var rest = path.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let digits = String(rest.prefix(2)), digits.count == 2,
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func json(_ served: ServedModel) -> JSONValue {
        [
            "id": .string(served.id),
            "object": "model",
            "created": .integer(served.created),
            "owned_by": served.information.isLocal ? "martlet" : "upstream",
            "name": .string(served.information.name),
            "context_length": .integer(Int64(served.information.contextLength)),
        ]
    }
}
