import MartletCore

/// A random sequence of operations, carried out in a store and in a dictionary.
struct VectorOperations {
    private let width = 8
    private var generator: SplitMix
    /// The records in the order of insertion.
    private var records: [VectorRecord] = []

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    /// Carries out some hundred operations and compares.
    consuming func check(_ store: any VectorStore, _ findings: inout Findings) async throws {
        try await store.makeCollection(VectorCollection(name: "c", width: width, distance: .cosine))
        for step in 0..<300 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4: try await upsert(in: store)
            case 4: try await deleteByName(in: store, step, &findings)
            case 5: try await deleteByFilter(in: store, step, &findings)
            case 6: try await compareRecords(store, step, &findings)
            default: try await compareMatches(store, step, &findings)
            }
            if !findings.sentences.isEmpty { return }
        }
        try await compareRecords(store, 300, &findings)
    }

    private mutating func upsert(in store: any VectorStore) async throws {
        let first = Int.random(in: 0..<90, using: &generator)
        let batch = (first..<first + Int.random(in: 1...12, using: &generator)).map { number in
            VectorRecord(
                id: "r\(number)",
                vector: generator.vector(width),
                text: Bool.random(using: &generator) ? "text \(Int.random(in: 0..<5, using: &generator))" : nil,
                metadata: ["group": .integer(Int64.random(in: 0..<4, using: &generator))]
            )
        }
        try await store.upsert(batch, in: "c")
        for record in batch {
            if let index = records.firstIndex(where: { $0.id == record.id }) {
                records[index] = record
            } else {
                records.append(record)
            }
        }
    }

    private mutating func deleteByName(in store: any VectorStore, _ step: Int, _ findings: inout Findings) async throws
    {
        let ids = (0..<5).map { _ in "r\(Int.random(in: 0..<110, using: &generator))" }
        let found = try await store.delete(VectorSelection(ids: ids), in: "c")
        let count = records.count
        records.removeAll { ids.contains($0.id) }
        findings.expect(found, count - records.count, "step \(step), deleted by name")
    }

    private mutating func deleteByFilter(
        in store: any VectorStore,
        _ step: Int,
        _ findings: inout Findings
    ) async throws {
        let group = JSONValue.integer(Int64.random(in: 0..<12, using: &generator))
        let found = try await store.delete(VectorSelection(filter: .equal("group", group)), in: "c")
        let count = records.count
        records.removeAll { $0.metadata["group"] == group }
        findings.expect(found, count - records.count, "step \(step), deleted by a filter")
    }

    private func compareRecords(_ store: any VectorStore, _ step: Int, _ findings: inout Findings) async throws {
        let found = try await store.records(.everything, in: "c", fields: [.text, .metadata])
        let expected = records.map { VectorRecord(id: $0.id, vector: [], text: $0.text, metadata: $0.metadata) }
        findings.expect(found, expected, "step \(step), records")
        findings.expect(try await store.count(.everything, in: "c"), records.count, "step \(step), the count")
    }

    private mutating func compareMatches(_ store: any VectorStore, _ step: Int, _ findings: inout Findings) async throws
    {
        let query = generator.vector(width)
        let group = Double(Int.random(in: 0...4, using: &generator))
        let isFiltered = Bool.random(using: &generator)
        let selection = isFiltered ? VectorSelection(filter: .less("group", group)) : .everything
        let count = Int.random(in: 1...20, using: &generator)
        let accepted = records.filter { !isFiltered || $0.metadata["group"]?.number ?? 0 < group }
        let found = try await store.matches(VectorQuery(vector: query, selection: selection, count: count), in: "c")
        VectorOracle(records: accepted, distance: .cosine)
            .compare(found, with: query, count: count, in: "step \(step)", &findings)
    }
}
