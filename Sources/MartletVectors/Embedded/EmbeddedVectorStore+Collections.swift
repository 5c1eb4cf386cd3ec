internal import GRDB
public import MartletCore

extension EmbeddedVectorStore {
    /// All collections, by name.
    public func collections() async throws -> [VectorCollection] {
        try await reading { database in
            try Row.fetchAll(database, sql: "SELECT * FROM collection ORDER BY name").map {
                try StoredCollection($0).description
            }
        }
    }

    /// Makes a collection that keeps vectors with the store's precision.
    /// - Throws: ``VectorStoreError`` with `exists` where there is one of that name.
    public func makeCollection(_ collection: VectorCollection) async throws {
        try await makeCollection(collection, precision: options.precision)
    }

    /// Makes a collection.
    /// - Throws: ``VectorStoreError`` with `exists` where there is one of that name.
    public func makeCollection(_ collection: VectorCollection, precision: VectorPrecision) async throws {
        try RecordRules.check(collection)
        try await writing { database in
            guard
                try Row.fetchOne(
                    database,
                    sql: "SELECT 1 FROM collection WHERE name = ?",
                    arguments: [collection.name]
                )
                    == nil
            else {
                throw VectorStoreError(
                    .exists,
                    "there is a collection of vectors with the name \(collection.name.quotedBriefly)",
                    remedy: "Use it, delete it, or choose another name"
                )
            }
            try database.execute(
                sql: "INSERT INTO collection (name, width, distance, precision, metadata) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    collection.name, collection.width, collection.distance.rawValue, precision.rawValue,
                    JSONValue.object(collection.metadata).text,
                ]
            )
        }
    }

    /// Deletes a collection and all that is in it; one that isn't there is no error.
    public func deleteCollection(_ name: String) async throws {
        let number = try await writing { database -> Int64? in
            guard
                let row = try Row.fetchOne(
                    database,
                    sql: "SELECT * FROM collection WHERE name = ?",
                    arguments: [name]
                )
            else { return nil }
            let collection = try StoredCollection(row)
            if collection.hasWords { try WordTable(collection).drop(in: database) }
            for table in ["record", "vector", "vacancy"] {
                try database.execute(
                    sql: "DELETE FROM \(table) WHERE key BETWEEN ? AND ?",
                    arguments: [collection.keys.lowerBound, collection.keys.upperBound]
                )
            }
            try database.execute(sql: "DELETE FROM collection WHERE number = ?", arguments: [collection.number])
            return collection.number
        }
        guard let number else { return }
        indexes.forget(number)
        try await eraseLog()
    }
}
