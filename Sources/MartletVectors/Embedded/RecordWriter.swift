internal import FoundationEssentials
internal import GRDB
internal import MartletCore

/// Writes records of one collection within a transaction.
struct RecordWriter {
    private var collection: StoredCollection
    private let database: Database
    private let maximumRecordCount: Int

    /// Writes with the collection's revision, which is later than that of the file.
    init(_ collection: StoredCollection, _ database: Database, maximumRecordCount: Int) {
        self.collection = collection
        self.database = database
        self.maximumRecordCount = maximumRecordCount
    }

    /// Puts records in the place of those with the same identifiers, or in vacancies, or after all others.
    consuming func write(_ records: [VectorRecord]) throws {
        for record in records { try write(record) }
        if collection.shouldEraseWords { try collection.eraseWords(in: database) }
        try collection.update(in: database)
    }

    /// Deletes the records with the keys.
    consuming func delete(_ keys: [Int64]) throws {
        let record = try database.cachedStatement(sql: "DELETE FROM record WHERE key = ?")
        let vector = try database.cachedStatement(sql: "DELETE FROM vector WHERE key = ?")
        let vacancy = try database.cachedStatement(
            sql: "INSERT INTO vacancy (key, collection, revision) VALUES (?, ?, ?)"
        )
        for key in keys {
            if let text = try text(of: key) { try removeWords(of: text, key) }
            try record.execute(arguments: [key])
            try vector.execute(arguments: [key])
            try vacancy.execute(arguments: [key, collection.number, collection.revision])
        }
        collection.recordCount -= keys.count
        try collection.eraseWords(in: database)
        try collection.update(in: database)
    }

    private mutating func write(_ record: VectorRecord) throws {
        let find = try database.cachedStatement(sql: "SELECT key FROM record WHERE collection = ? AND id = ?")
        let value = collection.precision.encode(record.vector)
        let metadata = JSONValue.object(record.metadata).text
        let text = record.text.map { Data($0.utf8) }
        if let key = try Int64.fetchOne(find, arguments: [collection.number, record.id]) {
            let former = try self.text(of: key)
            let update = try database.cachedStatement(
                sql: "UPDATE record SET revision = ?, text = ?, metadata = ? WHERE key = ?"
            )
            try update.execute(arguments: [collection.revision, text, metadata, key])
            let vector = try database.cachedStatement(sql: "UPDATE vector SET value = ? WHERE key = ?")
            try vector.execute(arguments: [value, key])
            if former?.utf8.elementsEqual(record.text?.utf8 ?? "".utf8) == true, record.text != nil { return }
            if let former { try removeWords(of: former, key) }
            if let text = record.text { try insertWords(of: text, key) }
        } else {
            let key = try takeKey()
            let insert = try database.cachedStatement(
                sql: """
                    INSERT INTO record (key, collection, id, position, revision, text, metadata)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """
            )
            try insert.execute(
                arguments: [
                    key, collection.number, record.id, collection.positionCount, collection.revision, text, metadata,
                ]
            )
            let vector = try database.cachedStatement(sql: "INSERT INTO vector (key, value) VALUES (?, ?)")
            try vector.execute(arguments: [key, value])
            if let text = record.text { try insertWords(of: text, key) }
            collection.positionCount += 1
            collection.recordCount += 1
        }
    }

    /// The key for a further record: a vacancy's, or that of the next slot.
    private mutating func takeKey() throws -> Int64 {
        guard collection.recordCount < maximumRecordCount else {
            throw VectorStoreError(
                .tooLarge,
                "the collection has \(maximumRecordCount) records, the most that it may have",
                remedy: "Delete some, or use another collection"
            )
        }
        if collection.recordCount < collection.slotCount {
            let find = try database.cachedStatement(sql: "SELECT key FROM vacancy WHERE collection = ? LIMIT 1")
            if let key = try Int64.fetchOne(find, arguments: [collection.number]) {
                let fill = try database.cachedStatement(sql: "DELETE FROM vacancy WHERE key = ?")
                try fill.execute(arguments: [key])
                return key
            }
        }
        collection.slotCount += 1
        return collection.key(of: collection.slotCount - 1)
    }

    private func text(of key: Int64) throws -> String? {
        let statement = try database.cachedStatement(sql: "SELECT text FROM record WHERE key = ?")
        return try Data.fetchOne(statement, arguments: [key]).map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func insertWords(of text: String, _ key: Int64) throws {
        let table = WordTable(collection)
        if !collection.hasWords {
            try table.create(in: database)
            collection.hasWords = true
        }
        try table.insert(text, at: StoredCollection.slot(of: key), in: database)
    }

    private mutating func removeWords(of text: String, _ key: Int64) throws {
        try WordTable(collection).remove(text, at: StoredCollection.slot(of: key), in: database)
        collection.removedWordCount += 1
    }
}

extension StoredCollection {
    /// Whether so many texts were replaced that writing the words anew is cheap beside it.
    fileprivate var shouldEraseWords: Bool { removedWordCount > max(256, recordCount / 2) }

    /// Overwrites the words of texts that are gone.
    mutating func eraseWords(in database: Database) throws {
        guard removedWordCount > 0 else { return }
        if try !WordTable.erasesAtOnce(database) { try WordTable(self).eraseRemains(in: database) }
        removedWordCount = 0
    }
}
