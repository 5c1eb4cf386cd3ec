internal import FoundationEssentials
internal import GRDB
internal import MartletCore
internal import Synchronization

/// What is kept in memory of a collection, brought up to date with the file when it is asked for.
final class CollectionIndex: Sendable {
    /// What a collection was like at one revision; copies share what none of them changes.
    struct State: Sendable {
        /// -1 before anything was read.
        var revision: Int64 = -1
        var live = SlotSet()
        var vectors: ScanIndex?
        var columns: [String: MetadataColumn] = [:]
    }

    /// The most fields whose values are kept; a filter names no more.
    private static let columnLimit = 64

    private let state = Mutex(State())

    /// The bytes of its vectors.
    var byteCount: Int { state.withLock { $0.vectors?.byteCount ?? 0 } }

    /// The collection as the transaction of `database` sees it, with its vectors and the fields named, where wanted.
    ///
    /// - Throws: ``OutdatedView`` where memory has a later revision than the transaction.
    func state(
        of collection: StoredCollection,
        in database: Database,
        fields: Set<String> = [],
        withVectors: Bool = false
    ) throws -> State {
        try state.withLock { state in
            guard state.revision <= collection.revision else { throw OutdatedView() }
            if state.revision < collection.revision {
                // What a failure leaves half done is read again from the start.
                var next = state
                state = State()
                try next.catchUp(with: collection, in: database)
                state = next
            }
            if withVectors, state.vectors == nil { try state.readVectors(of: collection, in: database) }
            if state.columns.count + fields.count > Self.columnLimit {
                state.columns = state.columns.filter { fields.contains($0.key) }
            }
            for field in fields where state.columns[field] == nil {
                state.columns[field] = try MetadataColumn(field: field, of: collection, in: database)
            }
            return state
        }
    }

    /// Gives the memory of the vectors back.
    func dropVectors() { state.withLock { $0.vectors = nil } }
}

extension CollectionIndex.State {
    /// Applies what has changed since the revision.
    fileprivate mutating func catchUp(with collection: StoredCollection, in database: Database) throws {
        let arguments: StatementArguments = [collection.number, revision]
        let vacancies = try database.cachedStatement(
            sql: "SELECT key FROM vacancy WHERE collection = ? AND revision > ?"
        )
        for key in try Int64.fetchAll(vacancies, arguments: arguments) {
            let slot = StoredCollection.slot(of: key)
            live[slot] = false
            for field in columns.keys { columns[field]?.set(nil, at: slot) }
        }
        let changes = try database.cachedStatement(
            sql: columns.isEmpty
                ? "SELECT key, NULL FROM record WHERE collection = ? AND revision > ?"
                : "SELECT key, metadata FROM record WHERE collection = ? AND revision > ?"
        )
        let rows = try Row.fetchCursor(changes, arguments: arguments)
        while let row = try rows.next() {
            let slot = StoredCollection.slot(of: row[0])
            live[slot] = true
            if columns.isEmpty { continue }
            let metadata = try JSONObject(storedMetadata: row[1])
            for field in columns.keys { columns[field]?.set(metadata[field], at: slot) }
        }
        if vectors != nil {
            let changed = try database.cachedStatement(
                sql: """
                    SELECT record.key, value FROM record JOIN vector USING (key)
                    WHERE record.collection = ? AND record.revision > ?
                    """
            )
            try place(Row.fetchCursor(changed, arguments: arguments), of: collection)
        }
        revision = collection.revision
    }

    /// Reads all vectors.
    fileprivate mutating func readVectors(of collection: StoredCollection, in database: Database) throws {
        guard let width = collection.description.width else { return }
        vectors = ScanIndex(width: width, distance: collection.description.distance)
        do {
            let statement = try database.cachedStatement(sql: "SELECT key, value FROM vector WHERE key BETWEEN ? AND ?")
            let keys = collection.keys
            try place(
                Row.fetchCursor(statement, arguments: [keys.lowerBound, keys.upperBound]),
                of: collection
            )
        } catch {
            vectors = nil
            throw error
        }
    }

    private mutating func place(_ rows: RowCursor, of collection: StoredCollection) throws {
        guard let width = vectors?.width else { return }
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { vector in
            guard let start = vector.baseAddress else { return }
            while let row = try rows.next() {
                let slot = StoredCollection.slot(of: row[0])
                try row.withUnsafeData(atIndex: 1) { data in
                    try (data ?? Data()).withUnsafeBytes { try collection.precision.decode($0, into: vector) }
                }
                try vectors?.place(start, at: slot)
            }
        }
    }
}

extension JSONObject {
    /// Reads the metadata of a record.
    init(storedMetadata text: String) throws {
        guard let object = (try? JSONValue(parsing: text.utf8))?.object else {
            throw VectorStoreError.damaged("the metadata of a record can't be read")
        }
        self = object
    }
}
