public import AsyncHTTPClient
public import MartletCore
import NIOHTTP1
import Synchronization

/// Collections of vectors on a server of Chroma (API version 2), as a store.
///
/// - A name that Chroma doesn't take (it wants 3 to 512 of `a-zA-Z0-9._-`) is written in hexadecimal digits there.
/// - Records are sent in batches; each is put in as a whole or not at all, and a failure between two leaves the first ones.
/// - A width that is known before the first record, and a text that a record no longer has, are noted in the metadata there,
///   under `martlet:…`, and not shown.
/// - A filter that Chroma has no words for (whether a field exists, the opposite of less, fractions) is applied here, to all records.
/// - Whether what is deleted leaves Chroma's disk is up to Chroma, and so is whether the nearest are exactly the nearest.
public final class ChromaStore: VectorStore {
    let server: VectorServer
    private let root: String
    private let database: String
    private let known = Mutex<[String: Known]>([:])
    private let checks = Mutex<Checks?>(nil)

    /// What is remembered of a collection.
    struct Known: Sendable {
        var path: String
        var width: Int?
        var distance: VectorDistance
    }

    /// What the server says of itself.
    struct Checks: Sendable {
        var batchCount: Int
        var takesBase64: Bool
    }

    /// A store on the server at an address.
    /// - Parameters:
    ///   - address: Without `/api/v2`, such as `http://127.0.0.1:8000`.
    ///   - key: Sent as `x-chroma-token` and as a bearer token.
    ///   - client: Made with ``AsyncHTTPClient/HTTPClient/Configuration/vectorStores``.
    /// - Throws: ``VectorStoreError`` for an address that can't be called.
    public init(
        address: String,
        tenant: String = "default_tenant",
        database: String = "default_database",
        key: Secret? = nil,
        client: HTTPClient,
        options: RemoteVectorOptions = RemoteVectorOptions()
    ) throws {
        let address = try RemoteAddress(address, of: "Chroma")
        root = address.text + "/api/v2"
        self.database =
            "\(root)/tenants/\(PercentEncoding.encode(tenant))/databases/\(PercentEncoding.encode(database))"
        server = VectorServer(
            name: "Chroma",
            client: client,
            key: key.map { (secret: $0, headers: [("x-chroma-token", ""), ("authorization", "Bearer ")]) },
            options: options
        )
    }

    /// All collections, by name.
    public func collections() async throws -> [VectorCollection] {
        var all: [VectorCollection] = []
        let count = server.options.pageCount
        while true {
            let url = "\(database)/collections?limit=\(count)&offset=\(all.count)"
            let page = try await server.call(.GET, url).array ?? []
            all += page.map { ChromaModel.collection($0) }
            guard page.count == count else { return all.sorted { $0.name < $1.name } }
        }
    }

    /// Makes a collection.
    /// - Throws: ``VectorStoreError`` with `exists` where there is one of that name.
    public func makeCollection(_ collection: VectorCollection) async throws {
        let metadata = try ChromaModel.noting(collection)
        let body: JSONValue = [
            "name": .string(try ChromaModel.serverName(collection.name)),
            "metadata": metadata.isEmpty ? .null : .object(metadata),
            "configuration": ["hnsw": ["space": .string(ChromaModel.space(collection.distance))]],
            "get_or_create": false,
        ]
        _ = try await server.call(.POST, "\(database)/collections", body)
    }

    /// Gives a collection another name, other metadata, or both.
    public func changeCollection(_ name: String, toName changedName: String, metadata: JSONObject) async throws {
        let all = try await collections()
        guard var collection = all.first(where: { $0.name == name }) else { throw missing(name) }
        guard changedName == name || !all.contains(where: { $0.name == changedName }) else {
            throw VectorStoreError(
                .exists,
                "there is a collection of that name",
                remedy: "Delete that one, or choose another name"
            )
        }
        collection.metadata = metadata
        let noted = try ChromaModel.noting(collection)
        var body: JSONObject = [:]
        if changedName != name { body["new_name"] = .string(try ChromaModel.serverName(changedName)) }
        if !noted.isEmpty { body["new_metadata"] = .object(noted) }
        let changes = JSONValue.object(body)
        try await using(name) { known in _ = try await self.server.call(.PUT, known.path, changes) }
        known.withLock { $0[name] = nil }
    }

    /// Deletes a collection and all that is in it; one that isn't there is no error.
    public func deleteCollection(_ name: String) async throws {
        known.withLock { $0[name] = nil }
        let path = PercentEncoding.encode(try ChromaModel.serverName(name))
        do {
            _ = try await server.call(.DELETE, "\(database)/collections/\(path)")
        } catch let error as VectorStoreError where error.code == .notFound {
            // It is gone, which is what was wanted.
        }
    }

    /// Runs `body` with a collection; once more where what was remembered of it is no longer so.
    func using<Value>(_ name: String, _ body: (Known) async throws -> Value) async throws -> Value {
        if let remembered = known.withLock({ $0[name] }) {
            do {
                return try await body(remembered)
            } catch let error as VectorStoreError where error.code == .notFound {
                known.withLock { $0[name] = nil }
            }
        }
        let path = PercentEncoding.encode(try ChromaModel.serverName(name))
        let model = try await server.call(.GET, "\(database)/collections/\(path)")
        guard let id = model["id"]?.string else { throw missing(name) }
        let collection = ChromaModel.collection(model)
        let found = Known(
            path: "\(database)/collections/\(PercentEncoding.encode(id))",
            width: collection.width,
            distance: collection.distance
        )
        known.withLock { $0[name] = found }
        return try await body(found)
    }

    /// Takes note of a collection's width.
    func note(width: Int, of name: String) {
        known.withLock { $0[name]?.width = width }
    }

    /// What the server takes at once, asked once.
    func limits() async throws -> Checks {
        if let found = checks.withLock({ $0 }) { return found }
        let answer = try await server.call(.GET, "\(root)/pre-flight-checks")
        let found = Checks(
            batchCount: max(1, Int(clamping: answer["max_batch_size"]?.integer ?? 100)),
            takesBase64: answer["supports_base64_encoding"]?.bool ?? false
        )
        checks.withLock { $0 = found }
        return found
    }

    private func missing(_ name: String) -> VectorStoreError {
        VectorStoreError(
            .notFound,
            "there is no collection of that name on the server",
            remedy: "Make it first, or ask for one of those that there are"
        )
    }
}
