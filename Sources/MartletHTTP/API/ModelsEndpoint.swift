import Hummingbird
import MartletCore

/// `GET /v1/models` and `GET /v1/models/{id}`.
struct ModelsEndpoint: Sendable {
    /// The models by name.
    let models: any ModelServing

    /// All of them: those that generate text, the default first, then embedders and rerankers.
    func list() -> Response {
        Response(json: ["object": "list", "data": .array(entries.map { .object($0.json) })])
    }

    private var entries: [(id: String, json: JSONObject)] {
        let chat = models.models.map { served in
            let information = served.information
            return Self.entry(
                served.id,
                .chat,
                name: information.name,
                contextLength: information.contextLength,
                isLocal: information.isLocal,
                created: served.created
            )
        }
        let embedders = models.embedders.map { served in
            let information = served.information
            var entry = Self.entry(
                served.id,
                .embedding,
                name: information.name,
                contextLength: information.contextLength,
                isLocal: information.isLocal,
                created: served.created
            )
            entry.json["dimensions"] = .integer(Int64(information.width))
            return entry
        }
        let rerankers = models.rerankers.map { served in
            let information = served.information
            return Self.entry(
                served.id,
                .rerank,
                name: information.name,
                contextLength: information.contextLength,
                isLocal: information.isLocal,
                created: served.created
            )
        }
        return chat + embedders + rerankers
    }

    /// One of them; its id may have slashes.
    ///
    /// - Throws: 404 for an id that isn't served.
    func model(context: APIRequestContext) throws(APIError) -> Response {
        let path = context.parameters.getCatchAll().joined(separator: "/")
        let id = Self.removingPercentEncoding(path)
        guard let entry = entries.first(where: { $0.id == id }) else { throw .unknownModel(id) }
        return Response(json: .object(entry.json))
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

    private static func entry(
        _ id: String,
        _ purpose: ServedPurpose,
        name: String,
        contextLength: Int,
        isLocal: Bool,
        created: Int64
    ) -> (id: String, json: JSONObject) {
        (
            id,
            [
                "id": .string(id), "object": "model", "created": .integer(created),
                "owned_by": isLocal ? "martlet" : "upstream", "name": .string(name),
                "type": .string(purpose.rawValue), "context_length": .integer(Int64(contextLength)),
            ]
        )
    }
}
