public import HTTPTypes
public import Hummingbird
public import MartletCore

/// Pinecone's API over any store of vectors: indexes, and the vectors in them.
///
/// Index `I` is the collection `I`, which is its default namespace too; namespace `N` of it is the collection `I/N`. An
/// index's `host` is this server with `/indexes/I` behind it. A client that was given the server's own address as a host gets
/// the one index that there is.
public struct PineconeRoutes: APIRoutes {
    private let endpoint: PineconeEndpoint
    private static let readingPosts = ["/query", "/vectors/fetch_by_metadata", "/describe_index_stats"]
    private static let indexPath = "/indexes/{index}"

    /// Serves a store.
    /// - Parameters:
    ///   - turnstile: Shared by all routes over the same store, so that none overtakes another's change of a record.
    ///   - isEncrypted: Whether clients reach the server by TLS: the scheme of the hosts that it names.
    public init(
        _ store: any VectorStore,
        limits: VectorLimits = VectorLimits(),
        turnstile: VectorTurnstile,
        isEncrypted: Bool = false
    ) {
        let vectors = ServedVectors(store, limits: limits, turnstile: turnstile.turnstile)
        endpoint = PineconeEndpoint(vectors: vectors, isEncrypted: isEncrypted)
    }

    /// Reading for what only reads, writing for everything else.
    public func requiredRights(of path: String, _ method: HTTPRequest.Method) -> Caller.Rights {
        let isReadingPost = Self.readingPosts.contains { path == $0 || path == Self.indexPath + $0 }
        return method == .get || isReadingPost ? .vectorReading : .vectorWriting
    }

    /// The two forms of errors that Pinecone's clients know, those of indexes and those of vectors, in one.
    public func response(to error: APIError) -> Response {
        let (name, number) = Self.code(of: error)
        let message = JSONValue.string(error.message)
        return Response(
            status: error.status,
            json: [
                "error": ["code": .string(name), "message": message], "status": .integer(Int64(error.status.code)),
                "code": .integer(number), "message": message, "details": [],
            ],
            headers: error.headers
        )
    }

    /// The name and the number (those of gRPC) of an error's sort.
    private static func code(of error: APIError) -> (name: String, number: Int64) {
        switch error.status.code {
        case 401: ("UNAUTHENTICATED", 16)
        case 403: ("FORBIDDEN", 7)
        case 404: ("NOT_FOUND", 5)
        case 408: ("DEADLINE_EXCEEDED", 4)
        case 409: ("ALREADY_EXISTS", 6)
        case 429: ("RESOURCE_EXHAUSTED", 8)
        case 503: ("UNAVAILABLE", 14)
        case 500...: ("INTERNAL", 13)
        default: ("INVALID_ARGUMENT", 3)
        }
    }

    /// Adds the routes.
    public func add(to router: Router<APIRequestContext>) {
        let endpoint = endpoint
        router.get("/indexes") { request, _ in try await endpoint.indexes(request) }
        router.post("/indexes") { try await endpoint.makeIndex($0, $1) }
        router.get(RouterPath(Self.indexPath)) { try await endpoint.index($0, $1) }
        router.delete(RouterPath(Self.indexPath)) { try await endpoint.deleteIndex($1) }
        router.patch(RouterPath(Self.indexPath)) { try await endpoint.changeIndex($0, $1) }
        for place in ["", Self.indexPath] { addVectors(at: place, to: router) }
    }

    /// The routes of one index.
    private func addVectors(at place: String, to router: Router<APIRequestContext>) {
        let endpoint = endpoint
        let path = { (name: String) in RouterPath("\(place)/\(name)") }
        router.post(path("vectors/upsert")) { try await endpoint.upsert($0, $1) }
        router.post(path("vectors/update")) { try await endpoint.update($0, $1) }
        router.post(path("vectors/delete")) { try await endpoint.delete($0, $1) }
        router.get(path("vectors/fetch")) { try await endpoint.fetch($0, $1) }
        router.post(path("vectors/fetch_by_metadata")) { try await endpoint.fetchByMetadata($0, $1) }
        router.get(path("vectors/list")) { try await endpoint.list($0, $1) }
        router.post(path("query")) { try await endpoint.query($0, $1) }
        router.get(path("describe_index_stats")) { try await endpoint.statistics($0, $1) }
        router.post(path("describe_index_stats")) { try await endpoint.statistics($0, $1) }
        router.get(path("namespaces")) { try await endpoint.namespaces($0, $1) }
        router.post(path("namespaces")) { try await endpoint.makeNamespace($0, $1) }
        router.get(path("namespaces/{namespace}")) { try await endpoint.namespace($1) }
        router.delete(path("namespaces/{namespace}")) { try await endpoint.deleteNamespace($1) }
    }
}
