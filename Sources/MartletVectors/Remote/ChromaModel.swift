import FoundationEssentials
import MartletCore

/// Between our collections, records and filters and Chroma's.
enum ChromaModel {
    /// How names of metadata begin that only this store sees.
    static let reservedPrefix = "martlet:"
    private static let widthKey = "martlet:width"
    /// Marks a record that has an empty text because a text can't be taken away there.
    static let textlessKey = "martlet:textless"
    private static let spaces: [(name: String, distance: VectorDistance)] = [
        ("l2", .squaredEuclidean), ("cosine", .cosine), ("ip", .innerProduct),
    ]

    /// The name of a distance.
    static func space(_ distance: VectorDistance) -> String {
        spaces.first { $0.distance == distance }?.name ?? "l2"
    }

    /// The name of a collection on the server.
    static func serverName(_ name: String) throws -> String {
        try RemoteName.encode(name, maximumLength: 512) { name in
            let isInner = name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            let ends = [name.utf8.first, name.utf8.last].compactMap { $0 }
            return (3...512).contains(name.utf8.count) && isInner && !ends.contains { ".-_".utf8.contains($0) }
        }
    }

    /// A collection as the server describes it.
    static func collection(_ model: JSONValue) -> VectorCollection {
        let noted = model["metadata"]?.object ?? [:]
        let configuration = model["configuration_json"]
        let space =
            configuration?["hnsw"]?["space"]?.string ?? configuration?["spann"]?["space"]?.string
            ?? noted["hnsw:space"]?.string
        let shown = noted.filter { !$0.name.hasPrefix(reservedPrefix) && $0.name != "hnsw:space" }
        return VectorCollection(
            name: RemoteName.decode(model["name"]?.string ?? ""),
            width: (model["dimension"]?.integer ?? noted[widthKey]?.integer).map { Int(clamping: $0) },
            distance: spaces.first { $0.name == space }?.distance ?? .squaredEuclidean,
            metadata: JSONObject(shown.map { ($0.name, $0.value) })
        )
    }

    /// A collection's metadata with what the server has no other place for.
    static func noting(_ collection: VectorCollection) throws -> JSONObject {
        var metadata = try checked(collection.metadata)
        if let width = collection.width { metadata[widthKey] = .integer(Int64(width)) }
        return metadata
    }

    /// Metadata that can go to the server.
    static func checked(_ metadata: JSONObject) throws -> JSONObject {
        for (name, value) in metadata {
            let isTaken =
                switch value {
                case .string, .bool, .integer: true
                case .number(let number): number.isFinite
                case .array(let elements): !elements.isEmpty && elements.allSatisfy { $0.string != nil }
                case .null, .object: false
                }
            guard isTaken, !name.isEmpty, !name.hasPrefix(reservedPrefix) else {
                throw VectorStoreError(
                    .invalid,
                    "the metadata have a field that Chroma can't keep",
                    remedy: "Use named fields with strings, numbers, truth values or lists of strings that aren't empty"
                )
            }
        }
        return metadata
    }

    /// A vector as an upsert has it.
    static func vector(_ vector: [Float], asBase64: Bool) -> JSONValue {
        guard asBase64 else { return numbers(vector) }
        var bytes = Data(capacity: vector.count * 4)
        for value in vector { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
        return .string(bytes.base64EncodedString())
    }

    /// A vector as numbers, each the shortest decimal that is it.
    static func numbers(_ vector: [Float]) -> JSONValue {
        .array(vector.map { .number(Double("\($0)") ?? Double($0)) })
    }

    /// The record at a place of an answer's columns.
    static func record(
        _ id: String,
        at index: Int,
        _ columns: (String) -> [JSONValue]?,
        _ fields: VectorFields
    ) -> VectorRecord {
        func cell(_ column: String) -> JSONValue? {
            columns(column).flatMap { $0.indices.contains(index) ? $0[index] : nil }
        }
        let noted = cell("metadatas")?.object ?? [:]
        let isTextless = noted[textlessKey]?.bool == true
        let shown = noted.filter { !$0.name.hasPrefix(reservedPrefix) && $0.value != .null }
        return VectorRecord(
            id: id,
            vector: cell("embeddings")?.array?.compactMap { $0.number.map { Float($0) } } ?? [],
            text: isTextless ? nil : cell("documents")?.string,
            metadata: JSONObject(shown.map { ($0.name, $0.value) })
        ).keeping(fields)
    }

    /// The columns that hold some fields; the metadata tell whether a text is one.
    static func columns(_ fields: VectorFields) -> [JSONValue] {
        var columns: [JSONValue] = []
        if fields.contains(.vector) { columns.append("embeddings") }
        if fields.contains(.text) { columns.append("documents") }
        if fields.contains(.metadata) || fields.contains(.text) { columns.append("metadatas") }
        return columns
    }

    /// A filter as `where`, or nil where Chroma has no words for it.
    static func filter(_ filter: VectorFilter) -> JSONValue? {
        switch filter {
        case .all(let filters): join("$and", filters)
        case .any(let filters): join("$or", filters)
        case .equal(let field, let value):
            either("$or", field, [("$eq", value), ("$contains", value)], isScalar(value))
        case .notEqual(let field, let value):
            either("$and", field, [("$ne", value), ("$not_contains", value)], isScalar(value))
        case .less(let field, let bound): either("$and", field, [("$lt", .number(bound))], isWhole(bound))
        case .lessOrEqual(let field, let bound): either("$and", field, [("$lte", .number(bound))], isWhole(bound))
        case .greater(let field, let bound): either("$and", field, [("$gt", .number(bound))], isWhole(bound))
        case .greaterOrEqual(let field, let bound): either("$and", field, [("$gte", .number(bound))], isWhole(bound))
        case .oneOf(let field, let values): join("$or", values.map { .equal(field, $0) })
        case .noneOf(let field, let values): join("$and", values.map { .notEqual(field, $0) })
        case .textContains(let part): ["#document": ["$contains": .string(part)]]
        case .textMatches(let pattern): ["#document": ["$regex": .string(pattern)]]
        case .not(.textContains(let part)): ["#document": ["$not_contains": .string(part)]]
        case .not(.textMatches(let pattern)): ["#document": ["$not_regex": .string(pattern)]]
        case .exists, .not: nil
        }
    }

    private static func join(_ name: String, _ filters: [VectorFilter]) -> JSONValue? {
        let parts = filters.compactMap { filter($0) }
        return parts.count == filters.count ? .object([name: .array(parts)]) : nil
    }

    private static func either(
        _ name: String,
        _ field: String,
        _ conditions: [(String, JSONValue)],
        _ isComparable: Bool
    ) -> JSONValue? {
        guard isComparable, !field.isEmpty, !field.hasPrefix("$"), !field.hasPrefix("#") else { return nil }
        let parts = conditions.map { JSONValue.object([field: .object([$0.0: $0.1])]) }
        return parts.count == 1 ? parts[0] : .object([name: .array(parts)])
    }

    private static func isScalar(_ value: JSONValue) -> Bool {
        switch value {
        case .string, .bool, .integer: true
        case .number(let number): isWhole(number)
        case .null, .array, .object: false
        }
    }

    /// Chroma compares whole numbers with a bound's whole part: 2 counts as no less than 2.5 there.
    private static func isWhole(_ bound: Double) -> Bool { bound.isFinite && bound == bound.rounded() }
}
