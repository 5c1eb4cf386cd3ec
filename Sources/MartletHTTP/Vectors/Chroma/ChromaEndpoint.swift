import FoundationEssentials
import Hummingbird
import MartletCore

/// What Chroma's endpoints have in common, and those about the server itself.
struct ChromaEndpoint: Sendable {
    /// The store.
    let vectors: ServedVectors
    static let tenant = "default_tenant"
    static let database = "default_database"

    /// The clock, which tells that the server lives.
    func heartbeat() -> Response {
        let nanoseconds = Int64(Date().timeIntervalSince1970 * 1_000_000) * 1000
        return Response(json: ["nanosecond heartbeat": .integer(nanoseconds)])
    }

    /// How much a request may hold, and in which forms.
    func checks() -> Response {
        Response(
            json: [
                "max_batch_size": .integer(Int64(vectors.limits.batchCount)),
                "supports_base64_encoding": true,
            ]
        )
    }

    /// Who asks, and what there is for them.
    func identity(_ context: APIRequestContext) -> Response {
        Response(
            json: [
                "user_id": .string(context.caller.isAnonymous ? "" : context.caller.name),
                "tenant": .string(Self.tenant),
                "databases": [.string(Self.database)],
            ]
        )
    }

    /// The tenant.
    func tenant(_ context: APIRequestContext) throws(APIError) -> Response {
        try checkTenant(context)
        return Response(json: ["name": .string(Self.tenant), "resource_name": .null])
    }

    /// Refuses another tenant.
    func makeTenant(_ request: Request, _ context: APIRequestContext) async throws(APIError) -> Response {
        let name = try await name(request, context)
        if name == Self.tenant { throw .existing("Tenant [\(name)] already exists.") }
        throw .invalidRequest("There is one tenant here, \(Self.tenant). Use it, or run another server.")
    }

    /// The databases: one.
    func databases(_ context: APIRequestContext) throws(APIError) -> Response {
        try checkTenant(context)
        return Response(json: [Self.databaseModel])
    }

    /// The database.
    func database(_ context: APIRequestContext) throws(APIError) -> Response {
        try checkDatabase(context)
        return Response(json: Self.databaseModel)
    }

    /// Refuses another database.
    func makeDatabase(_ request: Request, _ context: APIRequestContext) async throws(APIError) -> Response {
        try checkTenant(context)
        let name = try await name(request, context)
        if name == Self.database { throw .existing("Database [\(name)] already exists.") }
        throw .invalidRequest("There is one database here, \(Self.database). Use it, or run another server.")
    }

    /// Refuses: the one database stays.
    func deleteDatabase(_ context: APIRequestContext) throws(APIError) -> Response {
        try checkDatabase(context)
        throw .invalidRequest("The database stays. Delete its collections instead.")
    }

    private static let databaseModel: JSONValue = [
        "id": "00000000-0000-0000-0000-000000000000", "name": .string(database), "tenant": .string(tenant),
    ]

    private func name(_ request: Request, _ context: APIRequestContext) async throws(APIError) -> String {
        let fields = try await readObject(request, context)
        return try APIError.translating { () throws(RequestFault) in
            let name = try fields.required(Field("name", .text(1...512)))
            try fields.finish()
            return name
        }
    }

    private func checkTenant(_ context: APIRequestContext) throws(APIError) {
        let name = context.pathText("tenant")
        guard name == Self.tenant else {
            throw .notFound("Tenant [\(name.prefix(128))] not found. There is one here, \(Self.tenant).")
        }
    }

    /// Checks that a path is in the one database.
    func checkDatabase(_ context: APIRequestContext) throws(APIError) {
        try checkTenant(context)
        let name = context.pathText("database")
        guard name == Self.database else {
            throw .notFound("Database [\(name.prefix(128))] not found. There is one here, \(Self.database).")
        }
    }

    /// The collection whose identifier is in the path.
    func collection(_ context: APIRequestContext) async throws -> VectorCollection {
        try checkDatabase(context)
        let text = context.pathText("collection")
        guard let id = UUID(uuidString: text) else {
            throw APIError.invalidRequest("The collection's identifier is not a UUID.", parameter: "collection_id")
        }
        let found = try await vectors.store.collections().first { $0.chromaID == id }
        guard let found else { throw APIError.missingCollection(text) }
        return found
    }
}

extension APIRequestContext {
    /// A variable of the path, its percent signs resolved.
    func pathText(_ name: String) -> String {
        String(decoding: PercentEncoding.decode(parameters.get(name) ?? ""), as: UTF8.self)
    }
}

extension APIError {
    /// Something of this name is there already; 409.
    static func existing(_ message: String) -> APIError {
        APIError(status: .conflict, message: message, type: "invalid_request_error", code: "already_exists")
    }

    /// There is no collection of this name or identifier; 404.
    static func missingCollection(_ name: String) -> APIError {
        .notFound("Collection [\(name.prefix(512))] does not exist.")
    }
}
