public import HTTPTypes
public import Hummingbird
public import MartletCore

/// Chroma's API, version 2, over any store of vectors.
///
/// There is one tenant, `default_tenant`, with one database, `default_database`. What Chroma's local server lacks too (forks,
/// searches by plans) isn't there; `hnsw` settings are kept and given back, and change nothing, as every search is exact.
public struct ChromaRoutes: APIRoutes {
    private let endpoint: ChromaEndpoint
    private static let database = "/api/v2/tenants/{tenant}/databases/{database}"
    private static let collection = database + "/collections/{collection}"

    /// Serves a store.
    /// - Parameter turnstile: Shared by all routes over the same store, so that none overtakes another's change of a record.
    public init(_ store: any VectorStore, limits: VectorLimits = VectorLimits(), turnstile: VectorTurnstile) {
        endpoint = ChromaEndpoint(vectors: ServedVectors(store, limits: limits, turnstile: turnstile.turnstile))
    }

    /// Reading for what only reads, writing for everything else.
    public func requiredRights(of path: String, _ method: HTTPRequest.Method) -> Caller.Rights {
        let isReading = method == .get || ["get", "query"].contains { path == "\(Self.collection)/\($0)" }
        return isReading ? .vectorReading : .vectorWriting
    }

    /// `{"error", "message"}`, as Chroma's clients know it.
    public func response(to error: APIError) -> Response {
        Response(
            status: error.status,
            json: ["error": .string(Self.name(of: error)), "message": .string(error.message)],
            headers: error.headers
        )
    }

    /// The name that Chroma's clients make their exceptions from.
    private static func name(of error: APIError) -> String {
        switch error.status.code {
        case 401: "AuthorizationError"
        case 403: "AuthError"
        case 404: "NotFoundError"
        case 409: "UniqueConstraintError"
        case 413: "BatchSizeExceededError"
        case 429: "RateLimitError"
        case 500...: "InternalError"
        default: "InvalidArgumentError"
        }
    }

    /// Adds the routes.
    public func add(to router: Router<APIRequestContext>) {
        addServer(to: router)
        addCollections(to: router)
        let endpoint = endpoint
        let path = { (name: String) in RouterPath("\(Self.collection)/\(name)") }
        router.post(path("add")) { try await endpoint.write($0, $1, .add) }
        router.post(path("upsert")) { try await endpoint.write($0, $1, .upsert) }
        router.post(path("update")) { try await endpoint.write($0, $1, .update) }
        router.post(path("get")) { try await endpoint.get($0, $1) }
        router.post(path("query")) { try await endpoint.query($0, $1) }
        router.post(path("delete")) { try await endpoint.delete($0, $1) }
        router.get(path("count")) { try await endpoint.count($1) }
    }

    private func addServer(to router: Router<APIRequestContext>) {
        let endpoint = endpoint
        router.get("/api/v2/heartbeat") { _, _ in endpoint.heartbeat() }
        router.get("/api/v2/version") { _, _ in Response(json: "1.0.0") }
        router.get("/api/v2/pre-flight-checks") { _, _ in endpoint.checks() }
        router.get("/api/v2/auth/identity") { endpoint.identity($1) }
        router.post("/api/v2/tenants") { try await endpoint.makeTenant($0, $1) }
        router.get("/api/v2/tenants/{tenant}") { try endpoint.tenant($1) }
        router.get("/api/v2/tenants/{tenant}/databases") { try endpoint.databases($1) }
        router.post("/api/v2/tenants/{tenant}/databases") { try await endpoint.makeDatabase($0, $1) }
        router.get(RouterPath(Self.database)) { try endpoint.database($1) }
        router.delete(RouterPath(Self.database)) { try endpoint.deleteDatabase($1) }
    }

    private func addCollections(to router: Router<APIRequestContext>) {
        let endpoint = endpoint
        router.get(RouterPath("\(Self.database)/collections")) { try await endpoint.collections($0, $1) }
        router.post(RouterPath("\(Self.database)/collections")) { try await endpoint.makeCollection($0, $1) }
        router.get(RouterPath("\(Self.database)/collections_count")) { try await endpoint.collectionCount($1) }
        router.get(RouterPath("\(Self.database)/collections/by-id/{collection}")) {
            try await endpoint.collectionByID($1)
        }
        router.get(RouterPath(Self.collection)) { try await endpoint.collectionByName($1) }
        router.put(RouterPath(Self.collection)) { try await endpoint.changeCollection($0, $1) }
        router.delete(RouterPath(Self.collection)) { try await endpoint.deleteCollection($1) }
    }
}

/// Lets changes of the same collection pass one after the other, whatever routes they come by.
public struct VectorTurnstile: Sendable {
    let turnstile = Turnstile()

    /// Makes one, for one store.
    public init() {}
}
