import MartletCore

/// A request to rank texts, read and checked.
struct RerankRequest: Sendable {
    /// The question.
    var query: String
    /// The texts, at least one.
    var texts: [String]
    /// The most results; nil for all.
    var resultCount: Int?
    /// Whether results repeat their texts.
    var includesTexts: Bool
    /// Whether scores are the model's own instead of probabilities.
    var keepsRawScores: Bool
    /// The model, the end user, and time.
    var service: EncodingFields

    private static let rawScores = Field("raw_scores", .flag)

    /// Reads the body of `/v1/rerank`: `query`, `documents`, `top_n`, `return_documents`.
    init(_ fields: RequestFields, limits: APILimits) throws(RequestFault) {
        let document = ValueKind<String>(expectation: "a string or an object with a text") {
            value,
            place throws(RequestFault) in
            let text = ValueKind<String>.text(0...limits.encodedTextByteCount)
            switch value {
            case .string: return try text.read(value, place)
            case .object(let members):
                let document = RequestFields(members, at: place)
                let found = try document.required(Field("text", text))
                try document.finish()
                return found
            default: throw ValueKind<String>.wrongType(value, place, "a string or an object with a text")
            }
        }
        try self.init(fields, texts: Field("documents", .array(1...limits.rankedCount, of: document)), limits: limits)
        resultCount = try fields.value(Field("top_n", .integer(in: 1...Int(Int32.max))))
        includesTexts = try fields.value(Field("return_documents", .flag)) ?? false
        try fields.finish()
    }

    /// Reads the body of Text Embeddings Inference's `/rerank`: `query`, `texts`, `return_text`.
    init(inference fields: RequestFields, limits: APILimits) throws(RequestFault) {
        let text = ValueKind<String>.text(0...limits.encodedTextByteCount)
        try self.init(fields, texts: Field("texts", .array(1...limits.rankedCount, of: text)), limits: limits)
        includesTexts = try fields.value(Field("return_text", .flag)) ?? false
        try fields.finish()
    }

    private init(_ fields: RequestFields, texts: Field<[String]>, limits: APILimits) throws(RequestFault) {
        service = try EncodingFields(fields)
        query = try fields.required(Field("query", .text(1...limits.encodedTextByteCount)))
        self.texts = try fields.required(texts)
        keepsRawScores = try fields.value(Self.rawScores) ?? false
        includesTexts = false
    }

    /// The bytes of every pair.
    var byteCount: Int { texts.reduce(0) { $0 + $1.utf8.count } + query.utf8.count * texts.count }
}
