internal import FoundationEssentials
internal import GRDB
internal import MartletCore

/// Finds and reads selected records of one collection within a transaction.
struct SelectionReader {
    let collection: StoredCollection
    let database: Database
    let indexes: IndexCache

    /// The keys of a selection, in the order of its identifiers or of insertion.
    func keys(_ selection: VectorSelection) throws -> [Int64] {
        guard selection.offset >= 0, selection.limit ?? 0 >= 0 else {
            throw VectorStoreError(.invalid, "a negative offset or limit", remedy: "Count from 0")
        }
        let limit = selection.limit ?? .max
        let accepted = try selection.filter.map { try slots(accepting: $0) }
        if let ids = selection.ids {
            var seen = Set<Int64>()
            let keys = try keys(of: ids).filter { key in
                accepted?[StoredCollection.slot(of: key)] ?? true && seen.insert(key).inserted
            }
            return Array(keys.dropFirst(selection.offset).prefix(limit))
        }
        let statement = try database.cachedStatement(
            sql: "SELECT key FROM record WHERE collection = ? ORDER BY position LIMIT ? OFFSET ?"
        )
        guard let accepted else {
            // A negative limit is none.
            let bound = selection.limit.map { Int64($0) } ?? -1
            return try Int64.fetchAll(statement, arguments: [collection.number, bound, selection.offset])
        }
        var keys: [Int64] = []
        var rest = selection.offset
        let cursor = try Int64.fetchCursor(statement, arguments: [collection.number, -1, 0])
        while keys.count < limit, let key = try cursor.next() {
            guard accepted[StoredCollection.slot(of: key)] else { continue }
            if rest > 0 { rest -= 1 } else { keys.append(key) }
        }
        return keys
    }

    /// How many records a selection comes to.
    func count(_ selection: VectorSelection) throws -> Int {
        guard selection == .everything else { return try keys(selection).count }
        return collection.recordCount
    }

    /// The slots of a selection, in a set.
    func slots(_ selection: VectorSelection, in state: CollectionIndex.State) throws -> SlotSet {
        guard selection.ids == nil, selection.offset == 0, selection.limit == nil else {
            return try keys(selection).reduce(into: SlotSet()) { $0[StoredCollection.slot(of: $1)] = true }
        }
        guard let filter = selection.filter else { return state.live }
        return try slots(accepting: filter)
    }

    /// Reads records, in the order of the keys.
    func records(_ keys: [Int64], fields: VectorFields) throws -> [VectorRecord] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT id\(fields.contains(.text) ? ", text" : ", NULL")\(fields.contains(.metadata) ? ", metadata" : ", NULL")
                FROM record WHERE key = ?
                """
        )
        return try keys.map { key in
            guard let row = try Row.fetchOne(statement, arguments: [key]) else {
                throw VectorStoreError.damaged("a record of the vector store is missing")
            }
            let metadata: String? = row[2]
            return VectorRecord(
                id: row[0],
                vector: fields.contains(.vector) ? try vector(of: key) : [],
                text: (row[1] as Data?).map { String(decoding: $0, as: UTF8.self) },
                metadata: try metadata.map { try JSONObject(storedMetadata: $0) } ?? [:]
            )
        }
    }

    private func vector(of key: Int64) throws -> [Float] {
        guard let width = collection.description.width else { return [] }
        let statement = try database.cachedStatement(sql: "SELECT value FROM vector WHERE key = ?")
        let data = try Data.fetchOne(statement, arguments: [key]) ?? Data()
        var vector = [Float](repeating: 0, count: width)
        try vector.withUnsafeMutableBufferPointer { vector in
            try data.withUnsafeBytes { try collection.precision.decode($0, into: vector) }
        }
        return vector
    }

    /// The keys of those identifiers that there are.
    private func keys(of ids: [String]) throws -> [Int64] {
        let statement = try database.cachedStatement(sql: "SELECT key FROM record WHERE collection = ? AND id = ?")
        return try ids.compactMap { id in
            // SQLite ends a text at a zero character, which no identifier holds.
            id.utf8.contains(0) ? nil : try Int64.fetchOne(statement, arguments: [collection.number, id])
        }
    }

    private func slots(accepting filter: VectorFilter) throws -> SlotSet {
        let state = try indexes.index(of: collection.number)
            .state(of: collection, in: database, fields: filter.checkedFields())
        return try FilterEvaluation(collection: collection, state: state, database: database)
            .slots(filter, among: state.live)
    }
}
