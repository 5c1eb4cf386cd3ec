import Hummingbird
import MartletCore

/// Records that are added, changed and deleted.
extension ChromaEndpoint {
    /// `add`, `upsert` and `update`.
    func write(_ request: Request, _ context: APIRequestContext, _ mode: ChromaBatch.Mode) async throws -> Response {
        let collection = try await collection(context)
        let fields = try await readObject(request, context)
        let batch = try APIError.translating { () throws(RequestFault) in
            try ChromaBatch(fields, mode, limits: vectors.limits)
        }
        try checkWidth(batch.width, collection)
        if !batch.rows.isEmpty {
            let store = vectors.store
            try await vectors.writing(to: collection.name) {
                let needsVectors = mode != .add && batch.rows.contains { $0.vector == nil }
                let found = try await store.records(
                    VectorSelection(ids: batch.rows.map(\.id)),
                    in: collection.name,
                    fields: mode == .add ? [] : needsVectors ? .all : [.text, .metadata]
                )
                let existing = Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
                let records = batch.rows.compactMap { row -> VectorRecord? in
                    let old = existing[row.id]
                    guard mode == .upsert || (old == nil) == (mode == .add) else { return nil }
                    var record = old ?? VectorRecord(id: row.id, vector: [])
                    record.change(by: row)
                    return record
                }
                if !records.isEmpty { try await store.upsert(records, in: collection.name) }
            }
        }
        return Response(status: mode == .add ? .created : .ok, json: [:])
    }

    /// Deletes what is named, by identifiers, filters or both.
    func delete(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let collection = try await collection(context)
        let fields = try await readObject(request, context)
        let selection = try APIError.translating { () throws(RequestFault) in
            let selection = try self.selection(fields)
            try fields.finish()
            guard selection.ids?.isEmpty != true, selection.ids != nil || selection.filter != nil else {
                throw RequestFault(.missing, "ids", "Say what to delete: 'ids', 'where' or 'where_document'.")
            }
            return selection
        }
        let count = try await vectors.writing(to: collection.name) { [store = vectors.store] in
            try await store.delete(selection, in: collection.name)
        }
        return Response(json: ["deleted": .integer(Int64(count))])
    }

    /// Checks vectors against the collection's width.
    func checkWidth(_ width: Int?, _ collection: VectorCollection) throws(APIError) {
        guard let width, let expected = collection.width, width != expected else { return }
        throw .invalidRequest(
            "Collection expecting embedding with dimension of \(expected), got \(width).",
            parameter: "embeddings"
        )
    }

    /// What `ids`, `where`, `where_document`, `limit` and `offset` select.
    func selection(_ fields: RequestFields) throws(RequestFault) -> VectorSelection {
        let input = VectorInput(limits: vectors.limits)
        let ids = try fields.value(Field("ids", input.ids(0...vectors.limits.answerRecordCount)))
        var reading = FilterReading(limit: vectors.limits.conditionCount)
        var filters: [VectorFilter] = []
        if let value = fields.raw("where") { filters.append(try ChromaFilter.metadata(value, "where", &reading)) }
        if let value = fields.raw("where_document") {
            filters.append(try ChromaFilter.document(value, "where_document", &reading))
        }
        return VectorSelection(
            ids: ids,
            filter: filters.count > 1 ? .all(filters) : filters.first,
            offset: try fields.value(Field("offset", .integer(in: 0...Int(Int32.max)))) ?? 0,
            limit: try fields.value(Field("limit", .integer(in: 0...Int(Int32.max))))
        )
    }
}
