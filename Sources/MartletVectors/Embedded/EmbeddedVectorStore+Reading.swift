internal import GRDB
public import MartletCore

extension EmbeddedVectorStore {
    /// The selected records, in the order of their identifiers as given, or of their insertion.
    public func records(
        _ selection: VectorSelection,
        in collection: String,
        fields: VectorFields
    ) async throws -> [VectorRecord] {
        let indexes = indexes
        return try await reading { database in
            let stored = try StoredCollection.find(collection, in: database)
            let reader = SelectionReader(collection: stored, database: database, indexes: indexes)
            return try reader.records(reader.keys(selection), fields: fields)
        }
    }

    /// How many records a selection comes to.
    public func count(_ selection: VectorSelection, in collection: String) async throws -> Int {
        let indexes = indexes
        return try await reading { database in
            let stored = try StoredCollection.find(collection, in: database)
            return try SelectionReader(collection: stored, database: database, indexes: indexes).count(selection)
        }
    }

    /// The records that fit a query best, best first; of equals, those in lower slots.
    ///
    /// With a vector and words, both rankings' first records (4 times as many as are wanted, at least 64) are fused by their ranks
    /// (Cormack, Clarke and Büttcher 2009, doi:10.1145/1571941.1572114). At most 10,000 matches.
    public func matches(_ query: VectorQuery, in collection: String) async throws -> [VectorMatch] {
        let (indexes, scanner) = (indexes, scanner)
        return try await reading { database in
            let stored = try StoredCollection.find(collection, in: database)
            let reader = SelectionReader(collection: stored, database: database, indexes: indexes)
            return try MatchReader(reader: reader, scanner: scanner).matches(query)
        }
    }
}
