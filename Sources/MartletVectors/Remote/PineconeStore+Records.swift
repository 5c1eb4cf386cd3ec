public import MartletCore
import NIOHTTP1

extension PineconeStore {
    /// Records that are fetched by their identifiers at once, and the bytes of these, which travel in the address.
    private static let fetchLimit = (count: 100, byteCount: 4096)

    /// Puts records in, in the place of those with the same identifiers.
    public func upsert(_ records: [VectorRecord], in collection: String) async throws {
        let place = try PineconeModel.place(of: collection)
        try await using(place.index) { known in
            try records.checkForServer("Pinecone", width: known.width)
            for batch in records.batches(count: server.options.pageCount, byteCount: server.options.batchByteCount) {
                let body: JSONValue = [
                    "vectors": .array(try batch.map { try PineconeModel.vector($0) }),
                    "namespace": .string(place.namespace),
                ]
                _ = try await server.call(.POST, "\(known.host)/vectors/upsert", body)
            }
        }
    }

    /// Deletes records; returns how many there were.
    @discardableResult
    public func delete(_ selection: VectorSelection, in collection: String) async throws -> Int {
        let place = try PineconeModel.place(of: collection)
        return try await using(place.index) { known in
            guard selection.ids != nil || selection.filter != nil else { return 0 }
            let ids = try await read(selection, known, place.namespace, []).map(\.id)
            try await ids.inParts(of: server.options.pageCount) { part in
                let body: JSONValue = ["ids": part, "namespace": .string(place.namespace)]
                _ = try await server.call(.POST, "\(known.host)/vectors/delete", body)
            }
            return ids.count
        }
    }

    /// The selected records, in the order of their identifiers as given, or in the server's.
    public func records(
        _ selection: VectorSelection,
        in collection: String,
        fields: VectorFields
    ) async throws -> [VectorRecord] {
        let place = try PineconeModel.place(of: collection)
        return try await using(place.index) { known in try await read(selection, known, place.namespace, fields) }
    }

    /// How many records a selection comes to.
    public func count(_ selection: VectorSelection, in collection: String) async throws -> Int {
        let place = try PineconeModel.place(of: collection)
        return try await using(place.index) { known in
            guard selection.ids == nil, selection.filter == nil else {
                return try await read(selection, known, place.namespace, []).count
            }
            let all = try await counts(known)[place.namespace] ?? 0
            return min(max(0, all - selection.offset), selection.limit ?? .max)
        }
    }

    /// The records that are nearest to a vector, nearest first; words are left out of account.
    /// - Throws: ``VectorStoreError`` with `unsupported` for words without a vector.
    public func matches(_ query: VectorQuery, in collection: String) async throws -> [VectorMatch] {
        let place = try PineconeModel.place(of: collection)
        return try await using(place.index) { known in
            guard let vector = query.vector else { throw VectorStoreError.wordsAlone("Pinecone") }
            try vector.checkForServer("Pinecone", width: known.width)
            guard query.count > 0 else { return [] }
            let selection = query.selection
            let filter = selection.filter.map { PineconeModel.filter($0.pushingNegations) }
            if selection.ids != nil || selection.offset > 0 || selection.limit != nil || filter == .some(nil) {
                let records = try await read(selection, known, place.namespace, .all)
                let ranked = records.map { ($0, known.distance.between(vector, $0.vector)) }.sorted { $0.1 < $1.1 }
                return ranked.prefix(query.count).map { record, distance in
                    VectorMatch(record: record.keeping(query.fields), distance: distance, score: -Double(distance))
                }
            }
            var body: JSONObject = [
                "vector": ChromaModel.numbers(vector),
                "topK": .integer(Int64(min(query.count, 10_000))),
                "namespace": .string(place.namespace),
                "includeValues": .bool(query.fields.contains(.vector)),
                "includeMetadata": .bool(!query.fields.isDisjoint(with: [.text, .metadata])),
            ]
            body["filter"] = filter ?? nil
            let answer = try await server.call(.POST, "\(known.host)/query", .object(body))
            return (answer["matches"]?.array ?? []).compactMap { match in
                guard let record = PineconeModel.record(match, query.fields), let score = match["score"]?.number else {
                    return nil
                }
                let distance = PineconeModel.distance(ofScore: score, known.distance)
                return VectorMatch(record: record, distance: Float(distance), score: -distance)
            }
        }
    }

    /// The selected records of a namespace.
    private func read(
        _ selection: VectorSelection,
        _ known: Known,
        _ namespace: String,
        _ fields: VectorFields
    ) async throws -> [VectorRecord] {
        let limit = selection.limit ?? .max
        if let ids = selection.ids?.unique {
            let wide = selection.filter == nil ? fields : fields.union([.text, .metadata])
            let records = try await fetch(ids, known, namespace, wide)
            return try slice(records, selection).map { $0.keeping(fields) }
        }
        guard let selected = selection.filter else {
            let most = limit == .max ? .max : selection.offset + limit
            let ids = try await list(known, namespace, upTo: most).dropFirst(selection.offset).prefix(limit)
            guard !fields.isEmpty else { return ids.map { VectorRecord(id: $0, vector: []) } }
            return try await fetch(Array(ids), known, namespace, fields)
        }
        guard let filter = PineconeModel.filter(selected.pushingNegations) else {
            let scanLimit = server.options.scanLimit
            let ids = try await list(known, namespace, upTo: scanLimit + 1)
            guard ids.count <= scanLimit else { throw VectorStoreError.unfiltered("Pinecone", limit: scanLimit) }
            let records = try await fetch(ids, known, namespace, fields.union([.text, .metadata]))
            return try slice(records, selection).map { $0.keeping(fields) }
        }
        var records: [VectorRecord] = []
        var token: String?
        repeat {
            var body: JSONObject = [
                "filter": filter, "namespace": .string(namespace), "limit": .integer(Int64(server.options.pageCount)),
            ]
            body["paginationToken"] = token.map { .string($0) }
            let answer = try await server.call(.POST, "\(known.host)/vectors/fetch_by_metadata", .object(body))
            let page = (answer["vectors"]?.object ?? [:]).compactMap { PineconeModel.record($0.value, fields) }
            records += page
            token = page.isEmpty ? nil : answer["pagination"]?["next"]?.string
        } while token != nil && records.count - selection.offset < limit
        return Array(records.dropFirst(selection.offset).prefix(limit))
    }

    /// What a selection's filter, offset and limit leave of records.
    private func slice(_ records: [VectorRecord], _ selection: VectorSelection) throws -> [VectorRecord] {
        let accepted = try records.filter { record in
            try selection.filter?.accepts(metadata: record.metadata, text: record.text) ?? true
        }
        return Array(accepted.dropFirst(selection.offset).prefix(selection.limit ?? .max))
    }

    private func fetch(
        _ ids: [String],
        _ known: Known,
        _ namespace: String,
        _ fields: VectorFields
    ) async throws -> [VectorRecord] {
        var records: [VectorRecord] = []
        var rest = ids[...]
        while !rest.isEmpty {
            var named: [String] = []
            var byteCount = 0
            for id in rest.prefix(Self.fetchLimit.count) {
                let part = "ids=\(PercentEncoding.encode(id))"
                byteCount += part.utf8.count + 1
                if byteCount > Self.fetchLimit.byteCount, !named.isEmpty { break }
                named.append(part)
            }
            let batch = rest.prefix(named.count)
            rest = rest.dropFirst(named.count)
            let query = named.joined(separator: "&") + "&namespace=\(PercentEncoding.encode(namespace))"
            let found = try await server.call(.GET, "\(known.host)/vectors/fetch?\(query)")["vectors"]?.object ?? [:]
            records += batch.compactMap { id in found[id].flatMap { PineconeModel.record($0, fields) } }
        }
        return records
    }

    /// The identifiers of a namespace's records, so many at most.
    private func list(_ known: Known, _ namespace: String, upTo count: Int) async throws -> [String] {
        var ids: [String] = []
        var token: String?
        repeat {
            var url = "\(known.host)/vectors/list?namespace=\(PercentEncoding.encode(namespace))&limit=100"
            if let token { url += "&paginationToken=\(PercentEncoding.encode(token))" }
            let answer = try await server.call(.GET, url)
            let page = (answer["vectors"]?.array ?? []).compactMap { $0["id"]?.string }
            ids += page
            token = page.isEmpty ? nil : answer["pagination"]?["next"]?.string
        } while token != nil && ids.count < count
        return ids.count > count ? Array(ids.prefix(count)) : ids
    }
}
