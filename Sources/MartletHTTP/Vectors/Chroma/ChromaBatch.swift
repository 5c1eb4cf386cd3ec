import MartletCore

/// The records of a request, column by column as Chroma has them.
struct ChromaBatch: Sendable {
    /// What a request does with its records.
    enum Mode: Sendable {
        /// Puts in those whose identifiers are not there yet.
        case add
        /// Puts all in; of those that are there, it changes what the request says.
        case upsert
        /// Changes those that are there.
        case update
    }

    /// A record, or what changes of one.
    struct Row: Sendable {
        var id: String
        var vector: [Float]?
        var text: String?
        var uri: String?
        /// Fields of the metadata; null for one that goes away.
        var metadata: JSONObject?
    }

    /// The rows, each identifier once.
    let rows: [Row]
    /// Where the metadata of the store has a record's URI.
    static let uriKey = VectorCollection.reservedPrefix + "uri"

    /// Reads a request's body.
    init(_ fields: RequestFields, _ mode: Mode, limits: VectorLimits) throws(RequestFault) {
        let input = VectorInput(limits: limits)
        let ids = try fields.required(Field("ids", input.ids(0...limits.batchCount)))
        guard Set(ids).count == ids.count else {
            throw RequestFault(.wrongValue, "ids", "'ids' has an identifier twice. Send each record once.")
        }
        let vectors = try Self.column(fields, "embeddings", ids.count) { value, place throws(RequestFault) in
            try input.vector(value, place)
        }
        if mode != .update { try Self.check(vectors, ids.count) }
        let texts = try Self.column(fields, "documents", ids.count, ValueKind<String>.text().read)
        let uris = try Self.column(fields, "uris", ids.count, ValueKind<String>.text().read)
        let metadata = try Self.column(fields, "metadatas", ids.count) { value, place throws(RequestFault) in
            let metadata = try input.metadata(value, place, allowsNull: mode != .add)
            if metadata.contains(where: { $0.name.hasPrefix(VectorCollection.reservedPrefix) }) {
                let message =
                    "'\(place)' has a name that begins with 'chroma:', which the server keeps. Choose another."
                throw RequestFault(.wrongValue, place, message)
            }
            return metadata
        }
        try fields.finish()
        rows = ids.enumerated().map { index, id in
            Row(
                id: id,
                vector: vectors?[index],
                text: texts?[index],
                uri: uris?[index],
                metadata: metadata?[index]
            )
        }
        if let first = rows.first(where: { $0.vector != nil })?.vector?.count {
            guard rows.allSatisfy({ $0.vector.map { $0.count == first } ?? true }) else {
                throw RequestFault(.wrongValue, "embeddings", "'embeddings' has vectors of different lengths.")
            }
        }
    }

    /// Values of each vector; nil where there is none.
    var width: Int? { rows.lazy.compactMap { $0.vector?.count }.first }

    /// Checks that every record has a vector.
    private static func check(_ vectors: [[Float]?]?, _ count: Int) throws(RequestFault) {
        guard let vectors else {
            throw RequestFault(.missing, "embeddings", "'embeddings' is missing; it must be an array of vectors.")
        }
        if let index = vectors.firstIndex(where: { $0 == nil }) {
            let place = "embeddings[\(index)]"
            throw RequestFault(.wrongType, place, "'\(place)' must be an array of numbers, but is null.")
        }
    }

    /// A column, with as many elements as there are records; nil where it is left out.
    private static func column<Element>(
        _ fields: RequestFields,
        _ name: String,
        _ count: Int,
        _ read: (JSONValue, String) throws(RequestFault) -> Element
    ) throws(RequestFault) -> [Element?]? {
        guard let value = fields.raw(name) else { return nil }
        let elements = try ValueKind<[JSONValue]>.array(0...Int.max).read(value, name)
        guard elements.count == count else {
            let message = "'\(name)' has \(elements.count) elements, and 'ids' has \(count). Send as many of both."
            throw RequestFault(.wrongValue, name, message)
        }
        var column: [Element?] = []
        for (index, element) in elements.enumerated() {
            column.append(element == .null ? nil : try read(element, "\(name)[\(index)]"))
        }
        return column
    }
}

extension VectorRecord {
    /// Takes over what a row says; what it leaves out stays.
    mutating func change(by row: ChromaBatch.Row) {
        if let vector = row.vector { self.vector = vector }
        if let text = row.text { self.text = text }
        for member in row.metadata ?? [:] { metadata[member.name] = member.value == .null ? nil : member.value }
        if let uri = row.uri { metadata[ChromaBatch.uriKey] = .string(uri) }
    }
}
