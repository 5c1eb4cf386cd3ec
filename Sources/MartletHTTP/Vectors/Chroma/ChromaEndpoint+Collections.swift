import FoundationEssentials
import Hummingbird
import MartletCore

/// Collections: listed, made, looked up, changed, deleted.
extension ChromaEndpoint {
    /// All collections by name, or those of a page.
    func collections(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try checkDatabase(context)
        let limit = try request.queryInteger("limit")
        let offset = try request.queryInteger("offset") ?? 0
        let all = try await vectors.store.collections().dropFirst(offset)
        return Response(json: .array(all.prefix(limit ?? .max).map(\.chromaModel)))
    }

    /// How many there are.
    func collectionCount(_ context: APIRequestContext) async throws -> Response {
        try checkDatabase(context)
        return Response(json: .integer(Int64(try await vectors.store.collections().count)))
    }

    /// The one of a name.
    func collectionByName(_ context: APIRequestContext) async throws -> Response {
        Response(json: try await namedCollection(context).chromaModel)
    }

    /// The one of an identifier.
    func collectionByID(_ context: APIRequestContext) async throws -> Response {
        Response(json: try await collection(context).chromaModel)
    }

    private func namedCollection(_ context: APIRequestContext) async throws -> VectorCollection {
        try checkDatabase(context)
        let name = context.pathText("collection")
        guard let found = try await vectors.collection(name) else { throw APIError.missingCollection(name) }
        return found
    }

    /// Makes one, or gives the one that is there where that is asked for.
    func makeCollection(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        try checkDatabase(context)
        let fields = try await readObject(request, context)
        let asked = try APIError.translating { () throws(RequestFault) in
            let name = try collectionName(fields, "name")
            let metadata = try collectionMetadata(fields, "metadata") ?? [:]
            let configuration = try fields.fields("configuration").map { configuration throws(RequestFault) in
                try ChromaConfiguration(configuration)
            }
            try fields.refuse("schema", "Leave it out, and give the space as 'configuration'.")
            let getsExisting = try fields.value(Field("get_or_create", .flag)) ?? false
            try fields.finish()
            return (name: name, metadata: metadata, configuration: configuration, getsExisting: getsExisting)
        }
        if let found = try await vectors.collection(asked.name) {
            guard asked.getsExisting else { throw APIError.existing("Collection [\(asked.name)] already exists.") }
            return Response(json: found.chromaModel)
        }
        let configuration = asked.configuration ?? ChromaConfiguration(noted: [:])
        let collection = VectorCollection(
            name: asked.name,
            distance: try configuration.space ?? Self.legacySpace(asked.metadata) ?? .squaredEuclidean,
            metadata: VectorCollection.noting(asked.metadata, id: UUID(), configuration: configuration)
        )
        do {
            try await vectors.store.makeCollection(collection)
        } catch let error as VectorStoreError where error.code == .exists && asked.getsExisting {
            // Another request made it meanwhile.
            if let found = try await vectors.collection(asked.name) { return Response(json: found.chromaModel) }
            throw error
        }
        return Response(json: collection.chromaModel)
    }

    /// The space that older clients have in the metadata.
    private static func legacySpace(_ metadata: JSONObject) throws(APIError) -> VectorDistance? {
        guard let text = metadata["hnsw:space"]?.string else { return nil }
        guard let found = ChromaConfiguration.spaces.first(where: { $0.name == text }) else {
            throw .invalidRequest("'hnsw:space' must be 'l2', 'cosine' or 'ip'.", parameter: "metadata.hnsw:space")
        }
        return found.distance
    }

    /// Gives one another name, metadata or settings.
    func changeCollection(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let collection = try await collection(context)
        let fields = try await readObject(request, context)
        let asked = try APIError.translating { () throws(RequestFault) in
            let name = fields.has("new_name") ? try collectionName(fields, "new_name") : nil
            let metadata = try collectionMetadata(fields, "new_metadata")
            let configuration = try fields.fields("new_configuration").map { configuration throws(RequestFault) in
                try ChromaConfiguration(configuration)
            }
            if let space = configuration?.space, space != collection.distance {
                throw RequestFault(
                    .wrongValue,
                    "new_configuration",
                    "A collection's space can't be changed. Make another."
                )
            }
            try fields.finish()
            return (name: name, metadata: metadata, configuration: configuration)
        }
        let configuration = collection.chromaConfiguration
        try await vectors.store.changeCollection(
            collection.name,
            toName: asked.name ?? collection.name,
            metadata: VectorCollection.noting(
                asked.metadata ?? collection.chromaMetadata,
                id: collection.chromaID,
                configuration: asked.configuration.map { configuration.merging($0) } ?? configuration
            )
        )
        return Response(json: [:])
    }

    /// Deletes the one of a name.
    func deleteCollection(_ context: APIRequestContext) async throws -> Response {
        let collection = try await namedCollection(context)
        try await vectors.store.deleteCollection(collection.name)
        return Response(json: [:])
    }

    private func collectionName(_ fields: RequestFields, _ field: String) throws(RequestFault) -> String {
        let name = try fields.required(Field(field, .text()))
        guard VectorCollection.isChromaName(name) else {
            let message =
                "'\(field)' must be a name of 3 to 512 letters, digits, '.', '_' and '-', with a letter or digit at both ends."
            throw RequestFault(.wrongValue, field, message)
        }
        return name
    }

    private func collectionMetadata(_ fields: RequestFields, _ field: String) throws(RequestFault) -> JSONObject? {
        guard let value = fields.raw(field) else { return nil }
        let metadata = try VectorInput(limits: vectors.limits).metadata(value, field)
        if let reserved = metadata.first(where: { $0.name.hasPrefix(VectorCollection.reservedPrefix) }) {
            let message =
                "'\(field).\(reserved.name.prefix(64))' begins like what the server keeps. Choose another name."
            throw RequestFault(.wrongValue, field, message)
        }
        return metadata
    }
}

extension Request {
    /// A number of the query: whole and not negative; nil where it isn't there.
    func queryInteger(_ name: String) throws(APIError) -> Int? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw .invalidRequest("'\(name)' in the query must be a whole number of at least 0.", parameter: name)
        }
        return number
    }
}
