internal import MartletCore

/// What collections and records must be like.
enum RecordRules {
    /// The widest vectors.
    static let maximumWidth = 16_384
    /// The most bytes of a name or an identifier.
    static let maximumNameBytes = 512
    /// The most bytes of a record's text.
    static let maximumTextBytes = 4 << 20
    /// The most bytes of a record's or a collection's metadata as JSON.
    static let maximumMetadataBytes = 64 << 10
    /// The most records of one call.
    static let maximumBatch = 10_000
    /// The greatest magnitude of a value: sums of its squares stay far below the limits of floats.
    static let maximumMagnitude: Float = 1e15

    static func check(_ collection: VectorCollection) throws {
        guard (1...maximumNameBytes).contains(collection.name.utf8.count), !collection.name.utf8.contains(0) else {
            throw VectorStoreError(
                .invalid,
                "a collection's name is empty, too long or holds a zero character",
                remedy: "Name it with 1 to \(maximumNameBytes) bytes"
            )
        }
        if let width = collection.width { try check(width: width) }
        guard JSONValue.object(collection.metadata).serialized.count <= maximumMetadataBytes else {
            throw VectorStoreError(
                .tooLarge,
                "a collection's metadata is too long",
                remedy: "Shorten it to \(maximumMetadataBytes) bytes"
            )
        }
    }

    static func check(width: Int) throws {
        guard (1...maximumWidth).contains(width) else {
            throw VectorStoreError(
                .invalid,
                "vectors of \(width) values",
                remedy: "Use vectors of 1 to \(maximumWidth) values"
            )
        }
    }

    /// Checks all but the vectors' width and length, which depend on the collection.
    static func check(_ records: [VectorRecord]) throws {
        guard records.count <= maximumBatch else {
            throw VectorStoreError(
                .tooLarge,
                "\(records.count) records at once",
                remedy: "Send at most \(maximumBatch) at once"
            )
        }
        var identifiers = Set<[UInt8]>()
        for record in records {
            try check(identifier: record.id)
            guard identifiers.insert(Array(record.id.utf8)).inserted else {
                throw VectorStoreError(
                    .invalid,
                    "the identifier \(record.id.quotedBriefly) comes twice in one call",
                    remedy: "Send each record once"
                )
            }
            guard record.text?.utf8.count ?? 0 <= maximumTextBytes else {
                throw VectorStoreError(
                    .tooLarge,
                    "the text of the record \(record.id.quotedBriefly) is too long",
                    remedy: "Split it into texts of at most \(maximumTextBytes >> 20) MiB"
                )
            }
            try check(record.metadata, of: record.id)
        }
    }

    private static func check(identifier: String) throws {
        guard (1...maximumNameBytes).contains(identifier.utf8.count), !identifier.utf8.contains(0) else {
            throw VectorStoreError(
                .invalid,
                "a record's identifier is empty, too long or holds a zero character",
                remedy: "Name each record with 1 to \(maximumNameBytes) bytes"
            )
        }
    }

    private static func check(_ metadata: JSONObject, of identifier: String) throws {
        for (name, value) in metadata {
            let isAllowed =
                switch value {
                case .string, .integer, .bool: true
                case .number(let number): number.isFinite
                case .array(let elements): elements.allSatisfy { $0.string != nil }
                case .null, .object: false
                }
            guard isAllowed, !name.isEmpty, name.utf8.count <= maximumNameBytes else {
                throw VectorStoreError(
                    .invalid,
                    "the field \(name.quotedBriefly) of the record \(identifier.quotedBriefly) can't be kept",
                    remedy: "Use named fields with strings, numbers, truth values or lists of strings"
                )
            }
        }
        guard JSONValue.object(metadata).serialized.count <= maximumMetadataBytes else {
            throw VectorStoreError(
                .tooLarge,
                "the metadata of the record \(identifier.quotedBriefly) are too long",
                remedy: "Shorten them to \(maximumMetadataBytes >> 10) KiB"
            )
        }
    }

    /// Checks a vector for a collection; `owner` says whose it is, such as `the query`.
    static func check(_ vector: [Float], for collection: VectorCollection, of owner: String) throws {
        if let width = collection.width, vector.count != width {
            throw VectorStoreError(
                .invalid,
                "the vector of \(owner) has \(vector.count) values, those of the collection \(width)",
                remedy: "Use the model that the collection was made with, or another collection"
            )
        }
        try check(width: vector.count)
        guard vector.allSatisfy({ abs($0) <= maximumMagnitude }) else {
            throw VectorStoreError(
                .invalid,
                "the vector of \(owner) holds a value that is no number, infinite or beyond \(maximumMagnitude)",
                remedy: "Send finite values"
            )
        }
        guard collection.distance != .cosine || vector.contains(where: { $0 != 0 }) else {
            throw VectorStoreError(
                .invalid,
                "the vector of \(owner) is all zeros, to which no angle can be measured",
                remedy: "Leave it out, or use a collection with another distance"
            )
        }
    }
}
