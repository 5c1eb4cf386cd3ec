import HTTPTypes
import Hummingbird
import HummingbirdTesting
import MartletCore
import MartletHTTP
import MartletVectors
import NIOCore

/// A server with an empty store of vectors in memory.
struct VectorBench {
    var bench = ServerBench()
    let store: EmbeddedVectorStore

    init() throws {
        store = try .inMemory()
        let turnstile = VectorTurnstile()
        bench.furtherRoutes = [ChromaRoutes(store, turnstile: turnstile), PineconeRoutes(store, turnstile: turnstile)]
    }

    /// What the server answers.
    struct Answer: Sendable {
        var status: Int
        var json: JSONValue
    }

    /// Sends requests to one server.
    struct Client: Sendable {
        let client: any TestClientProtocol
        var headers: HTTPFields = [:]
        /// What stands before every path.
        var base = ""

        func send(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil) async throws -> Answer {
            try await send(method, path, raw: body?.serialized)
        }

        func send(_ method: HTTPRequest.Method, _ path: String, raw: [UInt8]?) async throws -> Answer {
            var headers = headers
            if raw != nil { headers[.contentType] = "application/json" }
            let buffer = raw.map { ByteBuffer(bytes: $0) }
            return try await client.execute(uri: base + path, method: method, headers: headers, body: buffer) {
                response in
                let json = try? JSONValue(parsing: Array(response.body.readableBytesView))
                return Answer(status: response.status.code, json: json ?? .null)
            }
        }
    }

    func withClient<Value>(_ body: @escaping @Sendable (Client) async throws -> Value) async throws -> Value {
        try await bench.withClient { try await body(Client(client: $0)) }
    }
}

/// Where Chroma's collections are.
let chromaDatabase = "/api/v2/tenants/default_tenant/databases/default_database"
