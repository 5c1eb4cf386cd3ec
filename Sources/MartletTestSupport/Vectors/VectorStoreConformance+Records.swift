import MartletCore

extension VectorStoreConformance {
    static func checkCollections(_ store: any VectorStore, _ findings: inout Findings) async throws {
        findings.expect(try await store.collections(), [], "an empty store's collections")
        let second = VectorCollection(name: "second", width: 3, distance: .innerProduct, metadata: ["made": "here"])
        let first = VectorCollection(name: "first", width: 2, distance: .squaredEuclidean)
        try await store.makeCollection(second)
        try await store.makeCollection(first)
        findings.expect(try await store.collections(), [first, second], "collections by name")
        try await findings.expectError(.exists, "a second collection of a name") {
            try await store.makeCollection(VectorCollection(name: "first", width: 2))
        }
        try await store.upsert([VectorRecord(id: "a", vector: [1, 2])], in: "first")
        try await store.deleteCollection("first")
        try await store.deleteCollection("first")
        findings.expect(try await store.collections(), [second], "collections after a deletion")
        try await store.makeCollection(first)
        findings.expect(try await store.count(.everything, in: "first"), 0, "records of a collection made anew")
        try await store.upsert([VectorRecord(id: "b", vector: [1, 2])], in: "first")
        let matches = try await store.matches(VectorQuery(vector: [1, 2]), in: "first")
        findings.expect(matches.map(\.record.id), ["b"], "matches in a collection made anew")
    }

    static func checkRecords(_ store: any VectorStore, _ findings: inout Findings) async throws {
        try await store.makeCollection(VectorCollection(name: "c", width: 4, distance: .squaredEuclidean))
        let metadata: JSONObject = ["kind": "lamp", "size": 3, "weight": 2.5, "lit": true, "tags": ["a", "b"]]
        let full = VectorRecord(id: "füll", vector: [0.5, -1, 2, 0], text: "A green\nlämp", metadata: metadata)
        let bare = VectorRecord(id: "bare", vector: [1, 1, 1, 1])
        try await store.upsert([full, bare], in: "c")
        let both = VectorSelection(ids: ["füll", "bare"])
        findings.expect(try await store.records(both, in: "c", fields: .all), [full, bare], "records")
        let names = try await store.records(both, in: "c", fields: []).map(\.text)
        findings.expect(names, [nil, nil], "texts that weren't asked for")
        let changed = VectorRecord(id: "füll", vector: [0, 0, 0, 1], metadata: ["kind": "chair"])
        try await store.upsert([changed], in: "c")
        let found = try await store.records(VectorSelection(ids: ["füll"]), in: "c", fields: .all)
        findings.expect(found, [changed], "a record that took another's place")
        findings.expect(try await store.count(.everything, in: "c"), 2, "records after a replacement")
        let nearest = try await store.matches(VectorQuery(vector: [0, 0, 0, 1], count: 1), in: "c")
        findings.expect(nearest.map(\.record.id), ["füll"], "the nearest after a replacement")
        try await store.upsert([], in: "c")
    }

    static func checkSelections(_ store: any VectorStore, _ findings: inout Findings) async throws {
        try await store.makeCollection(VectorCollection(name: "c", width: 1, distance: .squaredEuclidean))
        let records = (0..<25).map { number in
            VectorRecord(id: "r\(number)", vector: [Float(number)], metadata: ["even": .bool(number % 2 == 0)])
        }
        try await store.upsert(Array(records[..<20]), in: "c")
        try await store.upsert(Array(records[20...]), in: "c")
        func ids(_ selection: VectorSelection) async throws -> [String] {
            try await store.records(selection, in: "c", fields: []).map(\.id)
        }
        let all = records.map(\.id)
        findings.expect(try await ids(.everything), all, "everything")
        findings.expect(try await ids(VectorSelection(offset: 3, limit: 4)), Array(all[3..<7]), "a page")
        findings.expect(try await ids(VectorSelection(offset: 24, limit: 4)), ["r24"], "the last page")
        findings.expect(try await ids(VectorSelection(offset: 30)), [], "a page after the last")
        findings.expect(try await ids(VectorSelection(limit: 0)), [], "an empty page")
        findings.expect(try await ids(VectorSelection(ids: ["r9", "r2", "gone"])), ["r9", "r2"], "two by name")
        findings.expect(try await ids(VectorSelection(ids: [])), [], "none by name")
        let even = VectorFilter.equal("even", true)
        findings.expect(
            try await ids(VectorSelection(filter: even, offset: 1, limit: 3)),
            ["r2", "r4", "r6"],
            "a page of those that a filter accepts"
        )
        findings.expect(
            try await ids(VectorSelection(ids: ["r4", "r5", "r6"], filter: even)),
            ["r4", "r6"],
            "those by name that a filter accepts"
        )
        findings.expect(try await store.count(.everything, in: "c"), 25, "the count of everything")
        findings.expect(try await store.count(VectorSelection(filter: even), in: "c"), 13, "the count of a filter")
        findings.expect(
            try await store.count(VectorSelection(ids: ["r1", "gone"]), in: "c"),
            1,
            "the count of names"
        )
    }

    static func checkDeletion(_ store: any VectorStore, _ findings: inout Findings) async throws {
        try await store.makeCollection(VectorCollection(name: "c", width: 2, distance: .cosine))
        let records = (0..<10).map { number in
            VectorRecord(
                id: "r\(number)",
                vector: [1, Float(number)],
                text: "t",
                metadata: ["n": .integer(Int64(number))]
            )
        }
        try await store.upsert(records, in: "c")
        findings.expect(try await store.delete(.everything, in: "c"), 0, "what an empty selection deletes")
        findings.expect(try await store.delete(VectorSelection(ids: []), in: "c"), 0, "what no names delete")
        findings.expect(
            try await store.delete(VectorSelection(ids: ["r0", "gone"]), in: "c"),
            1,
            "what two names delete"
        )
        findings.expect(
            try await store.delete(VectorSelection(filter: .less("n", 4)), in: "c"),
            3,
            "what a filter deletes"
        )
        findings.expect(try await store.count(.everything, in: "c"), 6, "the rest")
        let matches = try await store.matches(VectorQuery(vector: [1, 0], count: 10), in: "c")
        findings.expect(matches.map(\.record.id), (4..<10).map { "r\($0)" }, "matches after a deletion")
        try await store.upsert([records[2]], in: "c")
        let ids = try await store.records(.everything, in: "c", fields: []).map(\.id)
        findings.expect(ids, (4..<10).map { "r\($0)" } + ["r2"], "records after one came again")
    }

    static func checkRefusals(_ store: any VectorStore, _ findings: inout Findings) async throws {
        try await findings.expectError(.notFound, "a count of nothing") {
            _ = try await store.count(.everything, in: "missing")
        }
        try await findings.expectError(.notFound, "records of nothing") {
            _ = try await store.records(.everything, in: "missing", fields: .all)
        }
        try await findings.expectError(.notFound, "a query of nothing") {
            _ = try await store.matches(VectorQuery(vector: [1]), in: "missing")
        }
        try await findings.expectError(.notFound, "records for nothing") {
            try await store.upsert([VectorRecord(id: "a", vector: [1])], in: "missing")
        }
        try await store.makeCollection(VectorCollection(name: "c", width: 2, distance: .cosine))
        try await findings.expectError(.invalid, "a vector of another width") {
            try await store.upsert(
                [VectorRecord(id: "good", vector: [1, 2]), VectorRecord(id: "a", vector: [1, 2, 3])],
                in: "c"
            )
        }
        try await findings.expectError(.invalid, "an empty identifier") {
            try await store.upsert([VectorRecord(id: "", vector: [1, 2])], in: "c")
        }
        try await findings.expectError(.invalid, "a query of another width") {
            _ = try await store.matches(VectorQuery(vector: [1]), in: "c")
        }
        findings.expect(try await store.count(.everything, in: "c"), 0, "records after refusals")
    }
}
