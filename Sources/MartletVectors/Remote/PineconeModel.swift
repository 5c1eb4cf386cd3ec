import MartletCore

/// Between our collections, records and filters and Pinecone's.
enum PineconeModel {
    /// The field of the metadata that a record's text is.
    static let textField = "text"
    /// What the namespace without a name is called where names are listed.
    static let defaultNamespace = "__default__"
    private static let mark = "json:"
    private static let metrics: [(name: String, distance: VectorDistance)] = [
        ("cosine", .cosine), ("euclidean", .squaredEuclidean), ("dotproduct", .innerProduct),
    ]

    /// The index and the namespace of a collection: `I/N` is namespace N of index I; any other name is an index's.
    static func place(of name: String) throws -> (index: String, namespace: String) {
        if let slash = name.firstIndex(of: "/") {
            let (index, namespace) = (String(name[..<slash]), String(name[name.index(after: slash)...]))
            let isNamespace = namespace.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !namespace.isEmpty
            if isIndexName(index), isNamespace, namespace != defaultNamespace { return (index, namespace) }
        }
        return (try RemoteName.encode(name, maximumLength: 45, isTaken: isIndexName), "")
    }

    private static func isIndexName(_ name: String) -> Bool {
        let isInner = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isInner && (1...45).contains(name.utf8.count) && !name.hasPrefix("-") && !name.hasSuffix("-")
    }

    /// The name of a distance.
    static func metric(_ distance: VectorDistance) -> String {
        metrics.first { $0.distance == distance }?.name ?? "cosine"
    }

    /// An index as the server describes it; nil for one of sparse vectors.
    static func collection(_ model: JSONValue) -> VectorCollection? {
        guard let name = model["name"]?.string, let width = model["dimension"]?.integer,
            let distance = metrics.first(where: { $0.name == model["metric"]?.string })?.distance
        else { return nil }
        let tags = (model["tags"]?.object ?? [:]).map { ($0.name, Self.value(ofTag: $0.value)) }
        return VectorCollection(
            name: RemoteName.decode(name),
            width: Int(clamping: width),
            distance: distance,
            metadata: JSONObject(tags)
        )
    }

    /// Metadata as tags, which are texts: what is none is written as JSON.
    static func tags(_ metadata: JSONObject) -> JSONObject {
        JSONObject(
            metadata.map { name, value in
                if let text = value.string, !text.hasPrefix(mark) { return (name, value) }
                return (name, .string(mark + value.text))
            }
        )
    }

    private static func value(ofTag value: JSONValue) -> JSONValue {
        guard let text = value.string, text.hasPrefix(mark) else { return value }
        return (try? JSONValue(parsing: text.dropFirst(mark.count).utf8)) ?? value
    }

    /// A record as an upsert has it.
    static func vector(_ record: VectorRecord) throws -> JSONValue {
        var metadata = record.metadata
        for (name, value) in metadata {
            let isTaken =
                switch value {
                case .string, .bool, .integer: true
                case .number(let number): number.isFinite
                case .array(let elements): elements.allSatisfy { $0.string != nil }
                case .null, .object: false
                }
            guard isTaken, !name.isEmpty, name != textField, !name.hasPrefix("$") else {
                throw VectorStoreError(
                    .invalid,
                    "the metadata have a field that Pinecone can't keep",
                    remedy: "Use fields with strings, numbers, truth values or lists of strings, none named text"
                )
            }
        }
        if let text = record.text { metadata[textField] = .string(text) }
        return [
            "id": .string(record.id), "values": ChromaModel.numbers(record.vector), "metadata": .object(metadata),
        ]
    }

    /// A vector of an answer as a record.
    static func record(_ value: JSONValue, _ fields: VectorFields) -> VectorRecord? {
        guard let id = value["id"]?.string else { return nil }
        var metadata = value["metadata"]?.object ?? [:]
        let text = metadata[textField]?.string
        if text != nil { metadata[textField] = nil }
        return VectorRecord(
            id: id,
            vector: value["values"]?.array?.compactMap { $0.number.map { Float($0) } } ?? [],
            text: text,
            metadata: metadata
        ).keeping(fields)
    }

    /// The distance that a score stands for.
    static func distance(ofScore score: Double, _ measure: VectorDistance) -> Double {
        measure == .squaredEuclidean ? score : 1 - score
    }

    /// A filter in Pinecone's words, or nil where it has none for it.
    static func filter(_ filter: VectorFilter) -> JSONValue? {
        switch filter {
        case .all(let filters): join("$and", filters)
        case .any(let filters): join("$or", filters)
        case .equal(let field, let value): condition(field, "$eq", value, isScalar(value))
        case .notEqual(let field, let value): condition(field, "$ne", value, isScalar(value))
        case .less(let field, let bound): condition(field, "$lt", .number(bound), bound.isFinite)
        case .lessOrEqual(let field, let bound): condition(field, "$lte", .number(bound), bound.isFinite)
        case .greater(let field, let bound): condition(field, "$gt", .number(bound), bound.isFinite)
        case .greaterOrEqual(let field, let bound): condition(field, "$gte", .number(bound), bound.isFinite)
        case .oneOf(let field, let values):
            condition(field, "$in", .array(values), !values.isEmpty && values.allSatisfy(isScalar))
        case .noneOf(let field, let values):
            condition(field, "$nin", .array(values), !values.isEmpty && values.allSatisfy(isScalar))
        case .exists(let field, let isWanted): condition(field, "$exists", .bool(isWanted), true)
        case .not, .textContains, .textMatches: nil
        }
    }

    private static func join(_ name: String, _ filters: [VectorFilter]) -> JSONValue? {
        let parts = filters.compactMap { filter($0) }
        return parts.count == filters.count && !parts.isEmpty ? .object([name: .array(parts)]) : nil
    }

    private static func condition(
        _ field: String,
        _ name: String,
        _ value: JSONValue,
        _ isComparable: Bool
    ) -> JSONValue? {
        guard isComparable, !field.isEmpty, !field.hasPrefix("$"), field != textField else { return nil }
        return .object([field: .object([name: value])])
    }

    private static func isScalar(_ value: JSONValue) -> Bool {
        switch value {
        case .string, .bool, .integer: true
        case .number(let number): number.isFinite
        case .null, .array, .object: false
        }
    }
}
