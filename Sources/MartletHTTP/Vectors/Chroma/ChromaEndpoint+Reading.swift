import Hummingbird
import MartletCore

/// Records that are read and searched.
extension ChromaEndpoint {
    /// A column of an answer.
    enum Column: String, CaseIterable, Sendable {
        case distances, documents, embeddings, metadatas, uris
    }

    /// How many records a collection has.
    func count(_ context: APIRequestContext) async throws -> Response {
        let collection = try await collection(context)
        return Response(json: .integer(Int64(try await vectors.store.count(.everything, in: collection.name))))
    }

    /// The selected records, in columns.
    func get(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let collection = try await collection(context)
        let fields = try await readObject(request, context)
        let (selection, columns) = try APIError.translating {
            () throws(RequestFault) -> (VectorSelection, Set<Column>) in
            let asked = (try self.selection(fields), try self.columns(fields, [.metadatas, .documents]))
            try fields.finish()
            return asked
        }
        let remedy = "Ask for less at once, with 'limit' and 'offset'."
        if selection.limit.map({ $0 > 1000 }) ?? true {
            let count = try await vectors.store.count(selection, in: collection.name)
            try vectors.checkAnswer(
                recordCount: count,
                width: columns.contains(.embeddings) ? collection.width ?? 0 : 0,
                remedy
            )
        }
        let records = try await vectors.store.records(selection, in: collection.name, fields: Self.fields(columns))
        var answer = AnswerWriter()
        answer.object { answer in
            answer.member("ids") { $0.array(records) { $0.value(.string($1.id)) } }
            for column in Column.allCases where column != .distances {
                answer.member(column.rawValue) { answer in
                    guard columns.contains(column) else { return answer.value(.null) }
                    answer.array(records) { Self.write($1, column, to: &$0) }
                }
            }
            answer.member("include", Self.include(columns))
        }
        return Response(answer)
    }

    /// The nearest records to each of some vectors, in columns of columns.
    func query(_ request: Request, _ context: APIRequestContext) async throws -> Response {
        let collection = try await collection(context)
        let fields = try await readObject(request, context)
        let limits = vectors.limits
        let asked = try APIError.translating { () throws(RequestFault) in
            let input = VectorInput(limits: limits)
            let elements = try fields.required(
                Field("query_embeddings", ValueKind<[JSONValue]>.array(0...limits.queryCount))
            )
            var queries: [[Float]] = []
            for (index, element) in elements.enumerated() {
                queries.append(try input.vector(element, "query_embeddings[\(index)]"))
            }
            let asked = (
                vectors: queries,
                count: try fields.value(Field("n_results", .integer(in: 0...limits.matchCount))) ?? 10,
                selection: try selection(fields),
                columns: try columns(fields, [.metadatas, .documents, .distances])
            )
            try fields.finish()
            return asked
        }
        try vectors.checkAnswer(
            recordCount: asked.count * asked.vectors.count,
            width: asked.columns.contains(.embeddings) ? collection.width ?? 0 : 0,
            "Ask with fewer vectors at once, or for fewer results."
        )
        for vector in asked.vectors { try checkWidth(vector.count, collection) }
        var answers: [[VectorMatch]] = []
        for vector in asked.vectors {
            let query = VectorQuery(
                vector: vector,
                selection: asked.selection,
                count: asked.count,
                fields: Self.fields(asked.columns)
            )
            let isEmpty = asked.count == 0 || collection.width == nil
            answers.append(isEmpty ? [] : try await vectors.store.matches(query, in: collection.name))
        }
        return Response(Self.answer(answers, asked.columns))
    }

    private static func answer(_ answers: [[VectorMatch]], _ columns: Set<Column>) -> AnswerWriter {
        var answer = AnswerWriter()
        answer.object { answer in
            answer.member("ids") { answer in
                answer.array(answers) { $0.array($1) { $0.value(.string($1.record.id)) } }
            }
            for column in Column.allCases {
                answer.member(column.rawValue) { answer in
                    guard columns.contains(column) else { return answer.value(.null) }
                    answer.array(answers) { answer, matches in
                        answer.array(matches) { answer, match in
                            if column == .distances {
                                answer.value(match.distance.map { .number(Double("\($0)") ?? Double($0)) } ?? .null)
                            } else {
                                write(match.record, column, to: &answer)
                            }
                        }
                    }
                }
            }
            answer.member("include", include(columns))
        }
        return answer
    }

    private static func write(_ record: VectorRecord, _ column: Column, to answer: inout AnswerWriter) {
        switch column {
        case .distances: answer.value(.null)
        case .documents: answer.value(record.text.map { .string($0) } ?? .null)
        case .embeddings: answer.vector(record.vector)
        case .uris: answer.value(record.metadata[ChromaBatch.uriKey] ?? .null)
        case .metadatas:
            var metadata = record.metadata
            metadata[ChromaBatch.uriKey] = nil
            answer.value(metadata.isEmpty ? .null : .object(metadata))
        }
    }

    private func columns(_ fields: RequestFields, _ standard: Set<Column>) throws(RequestFault) -> Set<Column> {
        try fields.value(Field("include", .array(0...16, of: .choice(Column.self)))).map { Set($0) } ?? standard
    }

    private static func include(_ columns: Set<Column>) -> JSONValue {
        .array(Column.allCases.filter { columns.contains($0) }.map { .string($0.rawValue) })
    }

    private static func fields(_ columns: Set<Column>) -> VectorFields {
        var fields: VectorFields = []
        if columns.contains(.documents) { fields.insert(.text) }
        if columns.contains(.embeddings) { fields.insert(.vector) }
        if columns.contains(.metadatas) || columns.contains(.uris) { fields.insert(.metadata) }
        return fields
    }
}

extension Response {
    /// A response of what was written.
    init(_ answer: AnswerWriter) {
        self.init(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: answer.buffer)
        )
    }
}
