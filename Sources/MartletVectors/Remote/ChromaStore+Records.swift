public import MartletCore
import NIOHTTP1

extension ChromaStore {
    /// Puts records in, in the place of those with the same identifiers.
    public func upsert(_ records: [VectorRecord], in collection: String) async throws {
        try await using(collection) { known in
            guard let first = records.first else { return }
            try records.checkForServer("Chroma", width: known.width ?? first.vector.count)
            let limits = try await limits()
            let batches = records.batches(count: limits.batchCount, byteCount: server.options.batchByteCount)
            for batch in batches {
                try await replace(Array(batch), known, asBase64: limits.takesBase64)
            }
            note(width: first.vector.count, of: collection)
        }
    }

    /// Sends one batch.
    ///
    /// An upsert leaves fields and texts that it doesn't name, so those that go away are named.
    private func replace(_ batch: [VectorRecord], _ known: Known, asBase64: Bool) async throws {
        let ids = JSONValue.array(batch.map { .string($0.id) })
        let found = try await server.call(
            .POST,
            known.path + "/get",
            ["ids": ids, "include": ["documents", "metadatas"]]
        )
        var oldFields: [String: [String]] = [:]
        var haveText: Set<String> = []
        for (index, id) in (found["ids"]?.array ?? []).enumerated() {
            guard let id = id.string else { continue }
            if let metadata = found["metadatas"]?.array, metadata.indices.contains(index) {
                oldFields[id] = metadata[index].object?.names
            }
            if let texts = found["documents"]?.array, texts.indices.contains(index), texts[index] != .null {
                haveText.insert(id)
            }
        }
        var (texts, metadata): ([JSONValue], [JSONValue]) = ([], [])
        for record in batch {
            var fields = try ChromaModel.checked(record.metadata)
            let losesText = record.text == nil && haveText.contains(record.id)
            if losesText { fields[ChromaModel.textlessKey] = true }
            for name in oldFields[record.id] ?? [] where fields[name] == nil { fields[name] = .null }
            texts.append(losesText ? "" : record.text.map { .string($0) } ?? .null)
            metadata.append(fields.isEmpty ? .null : .object(fields))
        }
        let body: JSONValue = [
            "ids": ids,
            "embeddings": .array(batch.map { ChromaModel.vector($0.vector, asBase64: asBase64) }),
            "documents": .array(texts),
            "metadatas": .array(metadata),
        ]
        _ = try await server.call(.POST, known.path + "/upsert", body)
    }

    /// Deletes records; returns how many there were.
    @discardableResult
    public func delete(_ selection: VectorSelection, in collection: String) async throws -> Int {
        try await using(collection) { known in
            guard selection.ids != nil || selection.filter != nil else { return 0 }
            let ids = try await read(selection, known, []).map(\.id)
            try await ids.inParts(of: server.options.pageCount) { part in
                _ = try await server.call(.POST, known.path + "/delete", ["ids": part])
            }
            return ids.count
        }
    }

    /// The selected records, in the order of their identifiers as given, or of their insertion.
    public func records(
        _ selection: VectorSelection,
        in collection: String,
        fields: VectorFields
    ) async throws -> [VectorRecord] {
        try await using(collection) { known in try await read(selection, known, fields) }
    }

    /// How many records a selection comes to.
    public func count(_ selection: VectorSelection, in collection: String) async throws -> Int {
        try await using(collection) { known in
            guard selection.ids == nil, selection.filter == nil else {
                return try await read(selection, known, []).count
            }
            let all = Int(clamping: try await server.call(.GET, known.path + "/count").integer ?? 0)
            return min(max(0, all - selection.offset), selection.limit ?? .max)
        }
    }

    /// The records that are nearest to a vector, nearest first; words are left out of account.
    /// - Throws: ``VectorStoreError`` with `unsupported` for words without a vector.
    public func matches(_ query: VectorQuery, in collection: String) async throws -> [VectorMatch] {
        try await using(collection) { known in
            guard let vector = query.vector else { throw VectorStoreError.wordsAlone("Chroma") }
            try vector.checkForServer("Chroma", width: known.width)
            var selection = query.selection
            var filter = selection.filter.map { ChromaModel.filter($0.pushingNegations) }
            if selection.ids != nil || selection.offset > 0 || selection.limit != nil || filter == .some(nil) {
                // Chroma fails on identifiers that aren't there, and knows no page of what to look at.
                selection = VectorSelection(ids: try await read(selection, known, []).map(\.id))
                filter = nil
            }
            guard query.count > 0, selection.ids?.isEmpty != true else { return [] }
            var body: JSONObject = [
                "query_embeddings": [ChromaModel.numbers(vector)],
                "n_results": .integer(Int64(min(query.count, 10_000))),
                "include": .array(ChromaModel.columns(query.fields) + ["distances"]),
            ]
            body["ids"] = selection.ids.map { .array($0.map { .string($0) }) }
            body["where"] = filter ?? nil
            let answer = try await server.call(.POST, known.path + "/query", .object(body))
            return Self.matches(answer, query.fields)
        }
    }

    private static func matches(_ answer: JSONValue, _ fields: VectorFields) -> [VectorMatch] {
        let column = { (name: String) in answer[name]?.array?.first?.array }
        return (column("ids") ?? []).enumerated().compactMap { index, id in
            guard let id = id.string else { return nil }
            let distances = column("distances") ?? []
            guard distances.indices.contains(index), let distance = distances[index].number else { return nil }
            return VectorMatch(
                record: ChromaModel.record(id, at: index, column, fields),
                distance: Float(distance),
                score: -distance
            )
        }
    }

    /// The selected records of a collection.
    private func read(
        _ selection: VectorSelection,
        _ known: Known,
        _ fields: VectorFields
    ) async throws -> [VectorRecord] {
        let filter = selection.filter.map { ChromaModel.filter($0.pushingNegations) }
        if let selected = selection.filter, filter == .some(nil) {
            let wide = fields.union([.text, .metadata])
            let all = try await read(
                VectorSelection(ids: selection.ids, limit: server.options.scanLimit + 1),
                known,
                wide
            )
            guard all.count <= server.options.scanLimit else {
                throw VectorStoreError.unfiltered("Chroma", limit: server.options.scanLimit)
            }
            let accepted = try all.filter { try selected.accepts(metadata: $0.metadata, text: $0.text) }
            return accepted.dropFirst(selection.offset).prefix(selection.limit ?? .max).map { $0.keeping(fields) }
        }
        var body: JSONObject = ["include": .array(ChromaModel.columns(fields))]
        body["where"] = filter ?? nil
        let pageCount = server.options.pageCount
        var records: [VectorRecord] = []
        guard let ids = selection.ids?.unique else {
            let limit = selection.limit ?? .max
            while records.count < limit {
                let asked = min(pageCount, limit - records.count)
                body["offset"] = .integer(Int64(selection.offset + records.count))
                body["limit"] = .integer(Int64(asked))
                let page = try await page(body, known, fields)
                records += page
                if page.count < asked { break }
            }
            return records
        }
        try await ids.inParts(of: pageCount) { part in
            body["ids"] = part
            records += try await page(body, known, fields)
        }
        let found = Dictionary(records.map { ($0.id, $0) }) { first, _ in first }
        records = ids.compactMap { found[$0] }
        return Array(records.dropFirst(selection.offset).prefix(selection.limit ?? .max))
    }

    private func page(_ body: JSONObject, _ known: Known, _ fields: VectorFields) async throws -> [VectorRecord] {
        let answer = try await server.call(.POST, known.path + "/get", .object(body))
        let columns = { (name: String) in answer[name]?.array }
        return (columns("ids") ?? []).enumerated().compactMap { index, id in
            id.string.map { ChromaModel.record($0, at: index, columns, fields) }
        }
    }
}
