import HTTPTypes
import Hummingbird
import MartletCore

/// Namespaces, and how much is in them.
extension PineconeEndpoint {
    /// How many vectors there are in each namespace, those that a filter accepts where there is one.
    func statistics(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        var filter: VectorFilter?
        if request.method == .post {
            let fields = try await readObject(request, context)
            filter = try APIError.translating { () throws(RequestFault) in
                let filter = try self.filter(fields)
                try fields.finish()
                return filter
            }
        }
        var namespaces: JSONObject = [:]
        var total = 0
        for collection in index.collections {
            let count = try await vectors.store.count(VectorSelection(filter: filter), in: collection.name)
            total += count
            if count > 0 { namespaces[index.namespace(of: collection)] = ["vectorCount": .integer(Int64(count))] }
        }
        return Response(
            json: [
                "namespaces": .object(namespaces),
                "dimension": .integer(Int64(index.width)),
                "indexFullness": 0,
                "totalVectorCount": .integer(Int64(total)),
                "metric": .string(index.metric),
                "vectorType": "dense",
            ]
        )
    }

    /// All namespaces, those that begin like `prefix`, a page of them.
    func namespaces(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let limit = try request.queryInteger("limit") ?? 100
        guard (1...1000).contains(limit) else {
            throw APIError.invalidRequest("'limit' must be from 1 to 1000.", parameter: "limit")
        }
        let prefix = request.queryText("prefix") ?? ""
        let after = request.queryText("paginationToken")
        let all = index.collections.map { (index.namespace(of: $0), $0.name) }
            .filter { $0.0.hasPrefix(prefix) }
            .sorted { $0.0 < $1.0 }
        let page = all.filter { name, _ in after.map { name > $0 } ?? true }
        var models: [JSONValue] = []
        for (name, collection) in page.prefix(limit) { models.append(try await model(name, collection)) }
        var answer: JSONObject = ["namespaces": .array(models), "total_count": .integer(Int64(all.count))]
        if page.count > limit { answer["pagination"] = ["next": .string(page[limit - 1].0)] }
        return Response(json: .object(answer))
    }

    /// One of them.
    func namespace(_ context: APIRequestContext) async throws -> Response {
        let (index, collection) = try await named(context)
        return Response(json: try await model(index.namespace(of: collection), collection.name))
    }

    /// Makes an empty one.
    func makeNamespace(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let fields = try await readObject(request, context)
        let name = try APIError.translating { () throws(RequestFault) in
            let name = try fields.required(Field("name", Self.namespaceName))
            guard !name.isEmpty else { throw RequestFault(.emptyText, "name", "'name' must not be empty.") }
            // Every field can be filtered by, declared or not.
            fields.accept("schema")
            try fields.finish()
            return name
        }
        guard collection(name, of: index) == nil else { throw APIError.existing("Namespace \(name) already exists.") }
        return Response(json: try await model(name, openCollection(name, of: index)))
    }

    /// Deletes one with all that is in it; the default one stays, empty.
    func deleteNamespace(_ context: APIRequestContext) async throws -> Response {
        let (index, collection) = try await named(context)
        _ = try await vectors.writing(to: collection.name) { [store = vectors.store] in
            if collection.name == index.base.name {
                try await store.delete(VectorSelection(filter: .all([])), in: collection.name)
            } else {
                try await store.deleteCollection(collection.name)
            }
        }
        return Response(json: [:])
    }

    private func named(_ context: APIRequestContext) async throws -> (PineconeIndex, VectorCollection) {
        let index = try await index(context)
        guard let found = collection(context.pathText("namespace"), of: index) else {
            throw APIError.notFound("Namespace not found. Nothing was ever put into it.")
        }
        return (index, found)
    }

    private func model(_ name: String, _ collection: String) async throws -> JSONValue {
        let count = try await vectors.store.count(.everything, in: collection)
        return ["name": .string(name), "record_count": .integer(Int64(count))]
    }
}
