internal import FoundationEssentials
internal import GRDB
public import MartletCore

extension EmbeddedVectorStore {
    /// Puts records in, in the place of those with the same identifiers; all of them or none.
    ///
    /// At most 10,000 at once. A replaced record keeps its place in the order of insertion.
    public func upsert(_ records: [VectorRecord], in collection: String) async throws {
        try RecordRules.check(records)
        let maximumRecordCount = options.maximumRecordCount
        try await writing { database in
            var stored = try StoredCollection.find(collection, in: database)
            guard let first = records.first else { return }
            if stored.description.width == nil { stored.description.width = first.vector.count }
            for record in records {
                try RecordRules.check(
                    record.vector,
                    for: stored.description,
                    of: "the record \(record.id.quotedBriefly)"
                )
            }
            stored.revision += 1
            try RecordWriter(stored, database, maximumRecordCount: maximumRecordCount).write(records)
        }
    }

    /// Deletes records, so that nothing of them is left on disk; returns how many there were.
    ///
    /// A selection that names neither identifiers nor a filter deletes nothing. Where another process reads for longer than the
    /// store waits, the log keeps what was deleted until the next deletion or the closing.
    @discardableResult
    public func delete(_ selection: VectorSelection, in collection: String) async throws -> Int {
        let indexes = indexes
        let count = try await writing { database -> Int in
            let stored = try StoredCollection.find(collection, in: database)
            guard selection.ids != nil || selection.filter != nil else { return 0 }
            let keys = try SelectionReader(collection: stored, database: database, indexes: indexes).keys(selection)
            guard !keys.isEmpty else { return 0 }
            var next = stored
            next.revision += 1
            try RecordWriter(next, database, maximumRecordCount: .max).delete(keys)
            return keys.count
        }
        if count > 0 || erasure.logIsDirty { try await eraseLog() }
        return count
    }
}
