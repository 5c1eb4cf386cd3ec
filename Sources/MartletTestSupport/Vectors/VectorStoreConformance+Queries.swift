import MartletCore

extension VectorStoreConformance {
    /// Filters of fields with the records that they accept.
    static var fieldFilters: [(VectorFilter, [String])] {
        [
            (.equal("color", "red"), ["a", "c"]),
            (.equal("color", "Red"), []),
            (.equal("size", 2), ["b"]),
            (.equal("lit", true), ["a"]),
            (.equal("tags", "x"), ["a", "b"]),
            (.notEqual("color", "red"), ["b", "d"]),
            (.notEqual("tags", "x"), ["c", "d"]),
            (.less("size", 2), ["a"]),
            (.lessOrEqual("size", 2), ["a", "b"]),
            (.greater("size", 2), ["c"]),
            (.greaterOrEqual("size", 2.5), ["c"]),
            (.oneOf("color", ["blue", "red"]), ["a", "b", "c"]),
            (.noneOf("color", ["blue"]), ["a", "c", "d"]),
            (.exists("size", true), ["a", "b", "c"]),
            (.exists("size", false), ["d"]),
            (.all([.equal("color", "red"), .greater("size", 1)]), ["c"]),
            (.any([.equal("color", "blue"), .equal("lit", true)]), ["a", "b"]),
            (.not(.equal("color", "red")), ["b", "d"]),
            (.not(.any([.equal("color", "red"), .exists("size", false)])), ["b"]),
        ]
    }

    /// Filters of texts with the records that they accept.
    static var textFilters: [(VectorFilter, [String])] {
        [
            (.textContains("lamp"), ["a", "b"]),
            (.textContains("Lamp"), ["c"]),
            (.not(.textContains("lamp")), ["c", "d"]),
            (.textMatches("(red|blue) lamp"), ["a", "b"]),
            (.textMatches("^A red"), ["a"]),
            (.all([.textContains("lamp"), .equal("color", "blue")]), ["b"]),
            (.any([.textContains("Lamp"), .equal("color", "blue")]), ["b", "c"]),
        ]
    }

    static func checkFilters(
        _ filters: [(VectorFilter, [String])],
        _ store: any VectorStore,
        _ findings: inout Findings
    ) async throws {
        try await store.makeCollection(VectorCollection(name: "c", width: 1, distance: .squaredEuclidean))
        let a: JSONObject = ["color": "red", "size": 1, "lit": true, "tags": ["x", "y"]]
        let records = [
            VectorRecord(id: "a", vector: [1], text: "A red lamp", metadata: a),
            VectorRecord(
                id: "b",
                vector: [2],
                text: "A blue lamp",
                metadata: ["color": "blue", "size": 2, "tags": ["x"]]
            ),
            VectorRecord(id: "c", vector: [3], text: "Lamps", metadata: ["color": "red", "size": 2.5, "lit": false]),
            VectorRecord(id: "d", vector: [4]),
        ]
        try await store.upsert(records, in: "c")
        for (filter, expected) in filters {
            let selection = VectorSelection(filter: filter)
            let found = try await store.records(selection, in: "c", fields: []).map(\.id)
            findings.expect(found.sorted(), expected, "records where \(filter)")
            findings.expect(try await store.count(selection, in: "c"), expected.count, "the count where \(filter)")
            let query = VectorQuery(vector: [0], selection: selection)
            findings.expect(
                try await store.matches(query, in: "c").map(\.record.id),
                expected,
                "matches where \(filter)"
            )
        }
    }

    static func checkNearest(_ store: any VectorStore, _ findings: inout Findings) async throws {
        var generator = SplitMix(state: 11)
        for distance in VectorDistance.allCases {
            for width in [3, 64, 100] {
                let name = "\(distance)-\(width)"
                try await store.makeCollection(VectorCollection(name: name, width: width, distance: distance))
                let records = (0..<300).map { VectorRecord(id: "r\($0)", vector: generator.vector(width)) }
                try await store.upsert(records, in: name)
                for count in [1, 10, 400] {
                    let query = generator.vector(width)
                    let oracle = VectorOracle(records: records, distance: distance)
                    let found = try await store.matches(VectorQuery(vector: query, count: count), in: name)
                    oracle.compare(found, with: query, count: count, in: name, &findings)
                }
            }
        }
    }

    static func checkFilteredRanking(_ store: any VectorStore, _ findings: inout Findings) async throws {
        try await store.makeCollection(VectorCollection(name: "c", width: 2, distance: .squaredEuclidean))
        let records = (0..<200).map { number in
            VectorRecord(id: "r\(number)", vector: [Float(number), 0], metadata: ["rare": .bool(number >= 190)])
        }
        try await store.upsert(records, in: "c")
        let rare = VectorSelection(filter: .equal("rare", true))
        let matches = try await store.matches(VectorQuery(vector: [0, 0], selection: rare, count: 5), in: "c")
        findings.expect(matches.map(\.record.id), (190..<195).map { "r\($0)" }, "the nearest of the far ones")
        let named = VectorSelection(ids: ["r150", "r7"])
        let two = try await store.matches(VectorQuery(vector: [0, 0], selection: named), in: "c")
        findings.expect(two.map(\.record.id), ["r7", "r150"], "the nearest of two by name")
    }

    static func checkWords(_ store: any VectorStore, _ findings: inout Findings) async throws {
        try await store.makeCollection(VectorCollection(name: "c", width: 2, distance: .cosine))
        let texts = [
            "The quick brown fox", "A quick answer", "Über den Wolken", "Большой город", "Isparta'da gül", "北京大学",
            "Nothing of the kind",
        ]
        let records = texts.enumerated().map { index, text in
            VectorRecord(id: "\(index)", vector: [1, Float(index)], text: text)
        }
        try await store.upsert(records + [VectorRecord(id: "bare", vector: [1, -1])], in: "c")
        func ids(_ words: String) async throws -> [String] {
            try await store.matches(VectorQuery(vector: nil, words: words), in: "c").map(\.record.id)
        }
        for (words, expected) in [
            ("fox quick", ["0", "1"]), ("uber", ["2"]), ("БОЛЬШОЙ", ["3"]), ("ısparta", ["4"]), ("ISPARTA", ["4"]),
            ("大学", ["5"]), ("absent", []), ("", []), ("\" OR * NEAR( -", []), ("quick\" AND fox*)", ["0", "1"]),
        ] {
            findings.expect(try await ids(words), expected, "texts for the words \(words)")
        }
        let query = VectorQuery(vector: [1, 6], words: "fox", count: 8)
        let fused = try await store.matches(query, in: "c")
        findings.expect(fused.first?.record.id, "0", "the first of both rankings")
        findings.expect(fused.count, 8, "matches of both rankings")
        findings.expect(fused.map(\.score), fused.map(\.score).sorted(by: >), "the order of scores")
    }
}
