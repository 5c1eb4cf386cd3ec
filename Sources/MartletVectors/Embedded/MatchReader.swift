internal import FoundationEssentials
internal import GRDB
internal import MartletCore

/// Ranks the records of one collection within a transaction.
struct MatchReader {
    let reader: SelectionReader
    let scanner: Scanner

    /// The most matches of a query.
    private static let maximumCount = 10_000
    /// What is added to a rank, from 1, before its inverse is taken.
    private static let fusionConstant = 60.0

    private var collection: StoredCollection { reader.collection }

    /// The best matches, best first.
    func matches(_ query: VectorQuery) throws -> [VectorMatch] {
        try check(query)
        guard query.count > 0 else { return [] }
        let index = reader.indexes.index(of: collection.number)
        let state = try index.state(of: collection, in: reader.database, withVectors: query.vector != nil)
        if query.vector != nil { reader.indexes.makeRoom(keeping: collection.number) }
        let accepted = try reader.slots(query.selection, in: state)
        guard !accepted.isEmpty else { return [] }
        let isHybrid = query.vector != nil && query.words != nil
        let depth = isHybrid ? max(64, 4 * query.count) : query.count
        var near: [(slot: Int, distance: Double)] = []
        if let vector = query.vector, let vectors = state.vectors {
            near = try nearest(depth, to: vector, in: vectors, accepted: accepted)
        }
        var fitting: [(slot: Int, score: Double)] = []
        if let words = query.words, collection.hasWords {
            fitting = try WordTable(collection).best(depth, for: words, accepted: accepted, in: reader.database)
        }
        let ranked =
            isHybrid ? fuse(near, fitting) : near.map { ($0.slot, -$0.distance) } + fitting.map { ($0.slot, $0.score) }
        let distances = Dictionary(near.map { ($0.slot, Float($0.distance)) }) { first, _ in first }
        let best = Array(ranked.prefix(query.count))
        let records = try reader.records(best.map { collection.key(of: $0.slot) }, fields: query.fields)
        return zip(records, best).map { record, place in
            VectorMatch(record: record, distance: distances[place.slot], score: place.score)
        }
    }

    private func check(_ query: VectorQuery) throws {
        guard query.count >= 0 else {
            throw VectorStoreError(.invalid, "a negative number of matches", remedy: "Ask for 1 or more")
        }
        guard query.count <= Self.maximumCount else {
            throw VectorStoreError(
                .tooLarge,
                "\(query.count) matches at once",
                remedy: "Ask for at most \(Self.maximumCount)"
            )
        }
        guard query.vector != nil || query.words != nil else {
            throw VectorStoreError(
                .invalid,
                "a query has neither a vector nor words",
                remedy: "Give one of them, or read records instead"
            )
        }
        if let vector = query.vector {
            try RecordRules.check(vector, for: collection.description, of: "the query")
        }
    }

    /// The nearest records: scanned by their codes, then measured as long as one of the rest can be nearer.
    private func nearest(
        _ count: Int,
        to vector: [Float],
        in index: ScanIndex,
        accepted: SlotSet
    ) throws -> [(slot: Int, distance: Double)] {
        let query = ScanQuery(vector, distance: index.distance)
        let candidates = scanner.candidates(for: query, in: index, accepted: accepted, count: count)
        var best: [(slot: Int, distance: Double)] = []
        var next = 0
        while next < candidates.count {
            let chunk = candidates[next..<min(candidates.count, next + max(count, 64))]
            // Bounds fall: who comes after one that can't be nearer than the last of the best can't either.
            let reachable = chunk.prefix { candidate in
                best.count < count || query.leastDistance(ofBound: candidate.bound) <= best[count - 1].distance
            }
            best += try distances(of: reachable.map(\.slot), to: query)
            best.sort { ($0.distance, $0.slot) < ($1.distance, $1.slot) }
            if best.count > count { best.removeSubrange(count...) }
            if reachable.count < chunk.count { break }
            next = chunk.endIndex
        }
        return best
    }

    private func distances(of slots: [Int], to query: ScanQuery) throws -> [(slot: Int, distance: Double)] {
        guard !slots.isEmpty else { return [] }
        // Numbers of our own, not text from outside.
        let keys = slots.map { String(collection.key(of: $0)) }.joined(separator: ",")
        let rows = try Row.fetchCursor(
            reader.database,
            sql: "SELECT key, value FROM vector WHERE key IN (\(keys))"
        )
        var distances: [(slot: Int, distance: Double)] = []
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: query.vector.count) { vector in
            guard let start = vector.baseAddress else { return }
            while let row = try rows.next() {
                try row.withUnsafeData(atIndex: 1) { data in
                    try (data ?? Data()).withUnsafeBytes { try collection.precision.decode($0, into: vector) }
                }
                distances.append((StoredCollection.slot(of: row[0]), query.exactDistance(start)))
            }
        }
        return distances
    }

    /// Both rankings as one, by the sums of their ranks' inverses.
    private func fuse(
        _ near: [(slot: Int, distance: Double)],
        _ fitting: [(slot: Int, score: Double)]
    ) -> [(slot: Int, score: Double)] {
        var scores: [Int: Double] = [:]
        for ranking in [near.map(\.slot), fitting.map(\.slot)] {
            for (rank, slot) in ranking.enumerated() {
                scores[slot, default: 0] += 1 / (Self.fusionConstant + Double(rank + 1))
            }
        }
        return scores.map { (slot: $0.key, score: $0.value) }.sorted { ($0.score, $1.slot) > ($1.score, $0.slot) }
    }
}
