import Hummingbird
import MartletCore

/// Vectors that are searched, fetched and listed.
extension PineconeEndpoint {
    private struct Question: Sendable {
        var vector: [Float]?
        var id: String?
        var count: Int
        var namespace: String
        var filter: VectorFilter?
        var includesValues: Bool
        var includesMetadata: Bool
    }

    /// The nearest vectors to one that is given, or to one that is there.
    func query(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let fields = try await readObject(request, context)
        let asked = try APIError.translating { () throws(RequestFault) in try question(fields, index) }
        try vectors.checkAnswer(
            recordCount: asked.count,
            width: asked.includesValues ? index.width : 0,
            "Ask for fewer results with 'topK', or without values."
        )
        var matches: [VectorMatch] = []
        if let collection = collection(asked.namespace, of: index)?.name {
            var vector = asked.vector
            if let id = asked.id {
                let selection = VectorSelection(ids: [id])
                vector = try await vectors.store.records(selection, in: collection, fields: .vector).first?.vector
            }
            // Of a vector that isn't there, nothing is near.
            if let vector {
                var fields: VectorFields = asked.includesMetadata ? [.text, .metadata] : []
                if asked.includesValues { fields.insert(.vector) }
                let selection = VectorSelection(filter: asked.filter)
                let query = VectorQuery(vector: vector, selection: selection, count: asked.count, fields: fields)
                matches = try await vectors.store.matches(query, in: collection)
            }
        }
        var answer = AnswerWriter()
        answer.object { answer in
            answer.member("matches") { answer in
                answer.array(matches) { answer, match in
                    let score = index.score(match.distance ?? 0)
                    answer.object { answer in
                        answer.member("id", .string(match.record.id))
                        answer.member("score", .number(Double("\(score)") ?? Double(score)))
                        Self.write(match.record, values: asked.includesValues, asked.includesMetadata, to: &answer)
                    }
                }
            }
            answer.member("namespace", .string(asked.namespace))
            answer.member("usage", Self.usage)
        }
        return Response(answer)
    }

    private func question(_ fields: RequestFields, _ index: PineconeIndex) throws(RequestFault) -> Question {
        let input = VectorInput(limits: vectors.limits)
        try refuseSparse("sparseVector", fields)
        // They tune an approximate search; this one is exact.
        fields.accept("scanFactor", "maxCandidates")
        let id = try fields.value(Field("id", input.id))
        // Some clients send an empty vector beside an identifier.
        let raw = fields.raw("vector").flatMap { $0.array?.isEmpty == true && id != nil ? nil : $0 }
        let vector = try raw.map { value throws(RequestFault) in
            let vector = try input.vector(value, "vector")
            try checkWidth(vector, index, "vector")
            return vector
        }
        guard (vector == nil) != (id == nil) else {
            throw RequestFault(.wrongValue, "vector", "Say what to be near to: 'vector' or 'id', one of them.")
        }
        let question = Question(
            vector: vector,
            id: id,
            count: try fields.required(Field("topK", .integer(in: 1...vectors.limits.matchCount))),
            namespace: try namespace(fields),
            filter: try filter(fields),
            includesValues: try fields.value(Field("includeValues", .flag)) ?? false,
            includesMetadata: try fields.value(Field("includeMetadata", .flag)) ?? false
        )
        try fields.finish()
        return question
    }

    private static func write(
        _ record: VectorRecord,
        values: Bool,
        _ includesMetadata: Bool,
        to answer: inout AnswerWriter
    ) {
        answer.member("values") { $0.vector(values ? record.vector : []) }
        guard includesMetadata else { return }
        answer.member("metadata", .object(PineconeRecord.metadata(record)))
    }

    /// The vectors of some identifiers.
    func fetch(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let namespace = try namespace(request)
        let ids = request.queryTexts("ids")
        guard (1...vectors.limits.batchCount).contains(ids.count) else {
            throw APIError.invalidRequest(
                "'ids' must be in the query 1 to \(vectors.limits.batchCount) times.",
                parameter: "ids"
            )
        }
        let records = try await records(VectorSelection(ids: ids), namespace, index)
        return Response(Self.fetched(records, namespace, next: nil))
    }

    /// The vectors that a filter accepts, a page of them.
    func fetchByMetadata(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let fields = try await readObject(request, context)
        let (namespace, selection) = try APIError.translating {
            () throws(RequestFault) -> (String, VectorSelection) in
            guard let filter = try filter(fields) else {
                throw RequestFault(.missing, "filter", "'filter' is missing; it must be an object.")
            }
            let limit = try fields.value(Field("limit", .integer(in: 1...vectors.limits.batchCount))) ?? 100
            let token = try fields.value(Field("paginationToken", .text(1...64)))
            let asked = (
                try self.namespace(fields),
                VectorSelection(filter: filter, offset: try PageToken.offset(token), limit: limit)
            )
            try fields.finish()
            return asked
        }
        let records = try await records(selection, namespace, index)
        let next = records.count == selection.limit ? PageToken.text(selection.offset + records.count) : nil
        return Response(Self.fetched(records, namespace, next: next))
    }

    private func records(
        _ selection: VectorSelection,
        _ namespace: String,
        _ index: PineconeIndex
    ) async throws -> [VectorRecord] {
        guard let collection = collection(namespace, of: index)?.name else { return [] }
        let count = try await vectors.store.count(selection, in: collection)
        try vectors.checkAnswer(recordCount: count, width: index.width, "Ask for fewer vectors at once.")
        return try await vectors.store.records(selection, in: collection, fields: .all)
    }

    private static func fetched(_ records: [VectorRecord], _ namespace: String, next: String?) -> AnswerWriter {
        var answer = AnswerWriter()
        answer.object { answer in
            answer.member("vectors") { answer in
                answer.object { answer in
                    for record in records {
                        answer.member(record.id) { answer in
                            answer.object { answer in
                                answer.member("id", .string(record.id))
                                write(record, values: true, true, to: &answer)
                            }
                        }
                    }
                }
            }
            answer.member("namespace", .string(namespace))
            if let next { answer.member("pagination", ["next": .string(next)]) }
            answer.member("usage", usage)
        }
        return answer
    }

    /// Identifiers, those that begin like `prefix`, a page of them.
    func list(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let index = try await index(context)
        let namespace = try namespace(request)
        let limit = try request.queryInteger("limit") ?? 100
        guard (1...vectors.limits.batchCount).contains(limit) else {
            throw APIError.invalidRequest("'limit' must be from 1 to \(vectors.limits.batchCount).", parameter: "limit")
        }
        let prefix = request.queryText("prefix") ?? ""
        var offset = try APIError.translating { () throws(RequestFault) in
            try PageToken.offset(request.queryText("paginationToken"))
        }
        var ids: [String] = []
        var next: Int?
        if let collection = collection(namespace, of: index)?.name {
            pages: while true {
                let page = VectorSelection(offset: offset, limit: vectors.limits.matchCount)
                let records = try await vectors.store.records(page, in: collection, fields: [])
                for record in records {
                    if ids.count == limit {
                        next = offset
                        break pages
                    }
                    offset += 1
                    if record.id.hasPrefix(prefix) { ids.append(record.id) }
                }
                if records.count < vectors.limits.matchCount { break }
            }
        }
        var answer: JSONObject = [
            "vectors": .array(ids.map { ["id": .string($0)] }), "namespace": .string(namespace), "usage": Self.usage,
        ]
        if let next { answer["pagination"] = ["next": .string(PageToken.text(next))] }
        return Response(json: .object(answer))
    }
}

/// Where a page begins, as clients send it back.
private enum PageToken {
    static func text(_ offset: Int) -> String { "after-\(offset)" }

    /// The records passed over.
    static func offset(_ text: String?) throws(RequestFault) -> Int {
        guard let text else { return 0 }
        guard text.hasPrefix("after-"), let offset = Int(text.dropFirst(6)), offset >= 0 else {
            throw RequestFault(.wrongValue, "paginationToken", "'paginationToken' is none that this server gave.")
        }
        return offset
    }
}
