internal import GRDB
internal import MartletCore

/// A collection as its row describes it.
struct StoredCollection: Sendable {
    let number: Int64
    var description: VectorCollection
    let precision: VectorPrecision
    /// Grows with each change of its records.
    var revision: Int64
    /// Slots that have been used so far.
    var slotCount: Int
    var recordCount: Int
    /// Records inserted so far, those since deleted included.
    var positionCount: Int64
    /// Whether it has a table of words: none before the first text.
    var hasWords: Bool
    /// Texts whose words may still be on the disk though they are gone.
    var removedWordCount: Int

    /// - Throws: ``VectorStoreError`` with `notFound`.
    static func find(_ name: String, in database: Database) throws -> StoredCollection {
        let statement = try database.cachedStatement(sql: "SELECT * FROM collection WHERE name = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name]) else {
            throw VectorStoreError(
                .notFound,
                "there is no collection of vectors with the name \(name.quotedBriefly)",
                remedy: "Make it first, or ask for one of those that there are"
            )
        }
        return try StoredCollection(row)
    }

    init(_ row: Row) throws {
        guard let distance = VectorDistance(rawValue: row["distance"]),
            let precision = VectorPrecision(rawValue: row["precision"])
        else {
            throw VectorStoreError(
                .unsupported,
                "a collection of vectors is of a kind that this version doesn't know",
                remedy: "Update Martlet"
            )
        }
        let metadata: String = row["metadata"]
        number = row["number"]
        description = VectorCollection(
            name: row["name"],
            width: row["width"],
            distance: distance,
            metadata: (try? JSONValue(parsing: metadata.utf8))?.object ?? [:]
        )
        self.precision = precision
        revision = row["revision"]
        slotCount = row["slot_count"]
        recordCount = row["record_count"]
        positionCount = row["position_count"]
        hasWords = row["has_words"]
        removedWordCount = row["removed_word_count"]
    }

    /// Writes what changes with the records.
    func update(in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE collection SET width = ?, revision = ?, slot_count = ?, record_count = ?, position_count = ?,
                    has_words = ?, removed_word_count = ? WHERE number = ?
                """
        )
        try statement.execute(
            arguments: [
                description.width, revision, slotCount, recordCount, positionCount, hasWords,
                removedWordCount, number,
            ]
        )
    }

    /// The key of a slot.
    func key(of slot: Int) -> Int64 { number << 32 | Int64(slot) }

    /// The slot of a key.
    static func slot(of key: Int64) -> Int { Int(key & 0xFFFF_FFFF) }

    /// The keys of all its slots.
    var keys: ClosedRange<Int64> { key(of: 0)...key(of: 0xFFFF_FFFF) }
}

extension String {
    /// The first 60 characters in quotation marks, without line breaks, for a message.
    var quotedBriefly: String {
        let kept = prefix(60).map { $0.isNewline ? " " : $0 }
        return "\"" + String(kept) + (kept.count < count ? "…\"" : "\"")
    }
}
