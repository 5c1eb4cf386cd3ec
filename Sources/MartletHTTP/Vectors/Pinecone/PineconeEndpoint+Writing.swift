import Hummingbird
import MartletCore

/// Vectors that are put in, changed and deleted.
extension PineconeEndpoint {
    private static let sparseRemedy = "Sparse values are not kept here. Send dense ones."

    /// Puts vectors in, in the place of those with the same identifiers; the last of several counts.
    func upsert(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let fields = try await readObject(request, context)
        let (namespace, records) = try APIError.translating {
            () throws(RequestFault) -> (String, [VectorRecord]) in
            let elements = try fields.required(
                Field("vectors", ValueKind<[JSONValue]>.array(1...vectors.limits.batchCount))
            )
            var records: [VectorRecord] = []
            for (position, element) in elements.enumerated() {
                records.append(try record(element, "vectors[\(position)]", index))
            }
            let namespace = try self.namespace(fields)
            try fields.finish()
            return (namespace, records)
        }
        let collection = try await openCollection(namespace, of: index)
        let unique = Dictionary(records.enumerated().map { ($1.id, $0) }) { $1 }
        let last = records.enumerated().filter { unique[$1.id] == $0 }.map(\.element)
        try await vectors.writing(to: collection) { [store = vectors.store] in
            try await store.upsert(last, in: collection)
        }
        return Response(json: ["upsertedCount": .integer(Int64(records.count))])
    }

    private func record(
        _ value: JSONValue,
        _ place: String,
        _ index: PineconeIndex
    ) throws(RequestFault) -> VectorRecord {
        let input = VectorInput(limits: vectors.limits)
        let fields = RequestFields(try ValueKind<JSONObject>.object.read(value, place), at: place)
        let id = try fields.required(Field("id", input.id))
        try refuseSparse("sparseValues", fields)
        guard let values = fields.raw("values") else {
            throw RequestFault(
                .missing,
                "\(place).values",
                "'\(place).values' is missing; it must be an array of numbers."
            )
        }
        let vector = try input.vector(values, "\(place).values")
        try checkWidth(vector, index, "\(place).values")
        let metadata = try fields.raw("metadata").map { metadata throws(RequestFault) in
            try self.metadata(metadata, "\(place).metadata")
        }
        try fields.finish()
        return PineconeRecord.record(id: id, vector: vector, metadata: metadata ?? [:])
    }

    /// Metadata; names that begin with `$` are operators of filters.
    private func metadata(_ value: JSONValue, _ place: String) throws(RequestFault) -> JSONObject {
        let metadata = try VectorInput(limits: vectors.limits).metadata(value, place)
        if let member = metadata.first(where: { $0.name.hasPrefix("$") }) {
            let inner = "\(place).\(member.name.prefix(64))"
            throw RequestFault(.wrongValue, inner, "'\(inner)' begins with '$'. Choose another name.")
        }
        return metadata
    }

    /// Refuses sparse values; empty ones, as some clients send, say nothing.
    func refuseSparse(_ name: String, _ fields: RequestFields) throws(RequestFault) {
        if fields.raw(name)?["indices"]?.array?.isEmpty == true { return }
        try fields.refuse(name, Self.sparseRemedy)
    }

    /// The name of a namespace's collection, made where it isn't there yet.
    func openCollection(_ namespace: String, of index: PineconeIndex) async throws -> String {
        let name = index.collectionName(namespace)
        guard collection(namespace, of: index) == nil else { return name }
        do {
            try await vectors.store.makeCollection(
                VectorCollection(name: name, width: index.width, distance: index.base.distance)
            )
        } catch let error as VectorStoreError where error.code == .exists {
            // Another request made it meanwhile.
        }
        return name
    }

    /// Changes the values or metadata of one vector, or the metadata of those that a filter accepts.
    func update(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let fields = try await readObject(request, context)
        struct Change: Sendable {
            var selection: VectorSelection
            var vector: [Float]?
            var metadata: JSONObject
            var namespace: String
            var isRehearsal: Bool
        }
        let change = try APIError.translating { () throws(RequestFault) -> Change in
            let input = VectorInput(limits: vectors.limits)
            try refuseSparse("sparseValues", fields)
            let id = try fields.value(Field("id", input.id))
            let filter = try filter(fields)
            guard (id == nil) != (filter == nil) else {
                throw RequestFault(.wrongValue, "id", "Say which vectors to change: 'id' or 'filter', one of them.")
            }
            let vector = try fields.raw("values").map { values throws(RequestFault) in
                let vector = try input.vector(values, "values")
                try checkWidth(vector, index, "values")
                return vector
            }
            if vector != nil, id == nil {
                throw RequestFault(.wrongValue, "values", "'values' are changed by 'id' only.")
            }
            let metadata = try fields.raw("setMetadata").map { value throws(RequestFault) in
                try self.metadata(value, "setMetadata")
            }
            let change = Change(
                selection: VectorSelection(ids: id.map { [$0] }, filter: filter),
                vector: vector,
                metadata: metadata ?? [:],
                namespace: try namespace(fields),
                isRehearsal: try fields.value(Field("dryRun", .flag)) ?? false
            )
            try fields.finish()
            return change
        }
        guard let collection = collection(change.namespace, of: index)?.name else {
            return Response(json: ["matchedRecords": 0])
        }
        let store = vectors.store
        let batchCount = vectors.limits.batchCount
        let count = try await vectors.writing(to: collection) { () async throws -> Int in
            guard !change.isRehearsal else { return try await store.count(change.selection, in: collection) }
            let ids = try await store.records(change.selection, in: collection, fields: []).map(\.id)
            for start in stride(from: 0, to: ids.count, by: batchCount) {
                let batch = VectorSelection(ids: Array(ids[start..<min(start + batchCount, ids.count)]))
                let records = try await store.records(batch, in: collection, fields: .all)
                let changed = records.map { record in
                    PineconeRecord.record(
                        id: record.id,
                        vector: change.vector ?? record.vector,
                        metadata: PineconeRecord.metadata(record).merging(change.metadata)
                    )
                }
                try await store.upsert(changed, in: collection)
            }
            return ids.count
        }
        return Response(json: ["matchedRecords": .integer(Int64(count))])
    }

    /// Deletes vectors by identifiers, by a filter, or all of a namespace.
    func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let fields = try await readObject(request, context)
        let (namespace, selection) = try APIError.translating {
            () throws(RequestFault) -> (String, VectorSelection) in
            let ids = try fields.value(
                Field("ids", VectorInput(limits: vectors.limits).ids(1...vectors.limits.batchCount))
            )
            let filter = try filter(fields)
            let isAll = try fields.value(Field("deleteAll", .flag)) ?? false
            guard [ids != nil, filter != nil, isAll].filter({ $0 }).count == 1 else {
                throw RequestFault(
                    .wrongValue,
                    "ids",
                    "Say what to delete: 'ids', 'filter' or 'deleteAll', one of them."
                )
            }
            let namespace = try self.namespace(fields)
            try fields.finish()
            // A filter of no conditions accepts all; without one, a selection deletes nothing.
            return (namespace, VectorSelection(ids: ids, filter: isAll ? .all([]) : filter))
        }
        guard let collection = collection(namespace, of: index)?.name else {
            throw APIError.notFound("Namespace not found. Nothing was ever put into it.")
        }
        _ = try await vectors.writing(to: collection) { [store = vectors.store] in
            try await store.delete(selection, in: collection)
        }
        return Response(json: [:])
    }
}
