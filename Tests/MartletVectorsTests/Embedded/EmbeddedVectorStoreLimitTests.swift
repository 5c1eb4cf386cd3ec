import MartletCore
import MartletVectors
import Testing

@Suite("What the embedded vector store refuses")
struct EmbeddedVectorStoreLimitTests {
    private static func store(_ distance: VectorDistance = .cosine) async throws -> EmbeddedVectorStore {
        let store = try EmbeddedVectorStore.inMemory()
        try await store.makeCollection(VectorCollection(name: "c", width: 2, distance: distance))
        return store
    }

    @Test(
        "is records that can't be kept, and then none of the call is",
        arguments: [
            (VectorRecord(id: "", vector: [1, 2]), VectorStoreError.Code.invalid),
            (VectorRecord(id: String(repeating: "x", count: 513), vector: [1, 2]), .invalid),
            (VectorRecord(id: "a\0b", vector: [1, 2]), .invalid),
            (VectorRecord(id: "good", vector: [1, 2]), .invalid),
            (VectorRecord(id: "a", vector: []), .invalid),
            (VectorRecord(id: "a", vector: [1]), .invalid),
            (VectorRecord(id: "a", vector: [.nan, 1]), .invalid),
            (VectorRecord(id: "a", vector: [.infinity, 1]), .invalid),
            (VectorRecord(id: "a", vector: [1e20, 1]), .invalid),
            (VectorRecord(id: "a", vector: [0, 0]), .invalid),
            (VectorRecord(id: "a", vector: [1, 2], metadata: ["n": .null]), .invalid),
            (VectorRecord(id: "a", vector: [1, 2], metadata: ["n": .number(.nan)]), .invalid),
            (VectorRecord(id: "a", vector: [1, 2], metadata: ["n": .object([:])]), .invalid),
            (VectorRecord(id: "a", vector: [1, 2], metadata: ["n": [1, 2]]), .invalid),
            (VectorRecord(id: "a", vector: [1, 2], metadata: ["": "x"]), .invalid),
            (
                VectorRecord(id: "a", vector: [1, 2], metadata: ["n": .string(String(repeating: "x", count: 70_000))]),
                .tooLarge
            ),
            (VectorRecord(id: "a", vector: [1, 2], text: String(repeating: "x", count: 5_000_000)), .tooLarge),
        ]
    )
    func records(_ record: VectorRecord, _ code: VectorStoreError.Code) async throws {
        let store = try await Self.store()
        let error = await #expect(throws: VectorStoreError.self) {
            try await store.upsert([VectorRecord(id: "good", vector: [1, 2]), record], in: "c")
        }
        #expect(error?.code == code)
        #expect(error?.remedy.isEmpty == false)
        #expect(try await store.count(.everything, in: "c") == 0)
    }

    @Test("is too many records at once, or in all")
    func counts() async throws {
        let many = (0..<10_001).map { VectorRecord(id: "\($0)", vector: [1, 2]) }
        let store = try await Self.store()
        let error = await #expect(throws: VectorStoreError.self) { try await store.upsert(many, in: "c") }
        #expect(error?.code == .tooLarge)
        var options = EmbeddedVectorStore.Options()
        options.maximumRecordCount = 3
        let small = try EmbeddedVectorStore.inMemory(options: options)
        try await small.makeCollection(VectorCollection(name: "c"))
        try await small.upsert(Array(many[..<3]), in: "c")
        try await small.upsert(Array(many[..<3]), in: "c")
        let full = await #expect(throws: VectorStoreError.self) { try await small.upsert([many[3]], in: "c") }
        #expect(full?.code == .tooLarge)
        try await small.delete(VectorSelection(ids: ["0"]), in: "c")
        try await small.upsert([many[3]], in: "c")
    }

    @Test(
        "is queries that mean nothing",
        arguments: [
            (VectorQuery(vector: nil), VectorStoreError.Code.invalid), (VectorQuery(vector: [1]), .invalid),
            (VectorQuery(vector: [.nan, 1]), .invalid), (VectorQuery(vector: [0, 0]), .invalid),
            (VectorQuery(vector: [1, 1], count: -1), .invalid),
            (VectorQuery(vector: [1, 1], count: 10_001), .tooLarge),
            (VectorQuery(vector: [1, 1], selection: VectorSelection(offset: -1)), .invalid),
            (VectorQuery(vector: [1, 1], selection: VectorSelection(filter: .textMatches("("))), .invalid),
        ]
    )
    func queries(_ query: VectorQuery, _ code: VectorStoreError.Code) async throws {
        let store = try await Self.store()
        try await store.upsert([VectorRecord(id: "a", vector: [1, 2], text: "a")], in: "c")
        let error = await #expect(throws: VectorStoreError.self) { try await store.matches(query, in: "c") }
        #expect(error?.code == code)
    }

    @Test("is filters that take too long to look at")
    func filters() async throws {
        let store = try await Self.store()
        let deep = (0..<100).reduce(VectorFilter.exists("a", true)) { filter, _ in .not(filter) }
        let wide = VectorFilter.any((0..<65).map { .exists("f\($0)", true) })
        let long = VectorFilter.oneOf("a", (0..<20_000).map { .integer($0) })
        for filter in [deep, wide, long] {
            let selection = VectorSelection(filter: filter)
            let error = await #expect(throws: VectorStoreError.self) { try await store.count(selection, in: "c") }
            #expect(error?.code == .tooLarge)
        }
        // Many fields one after another, and then the first once more.
        try await store.upsert([VectorRecord(id: "a", vector: [1, 2], metadata: ["f0": 1])], in: "c")
        for number in Array(0..<200) + [0] {
            let selection = VectorSelection(filter: .exists("f\(number)", true))
            #expect(try await store.count(selection, in: "c") == (number == 0 ? 1 : 0))
        }
    }

    @Test("is collections without a proper name or width")
    func collections() async throws {
        let store = try EmbeddedVectorStore.inMemory()
        for collection in [
            VectorCollection(name: ""), VectorCollection(name: String(repeating: "x", count: 513)),
            VectorCollection(name: "a\0"), VectorCollection(name: "c", width: 0),
            VectorCollection(name: "c", width: 16_385),
        ] {
            let error = await #expect(throws: VectorStoreError.self) { try await store.makeCollection(collection) }
            #expect(error?.code == .invalid)
        }
        #expect(throws: VectorStoreError.self) {
            var options = EmbeddedVectorStore.Options()
            options.kernels = "abacus"
            return try EmbeddedVectorStore.inMemory(options: options)
        }
    }

    @Test(
        "is no words at all: whatever a question holds, it is looked for",
        arguments: [
            "\"", "' OR 1=1 --", "NEAR(a b, 3)", "a AND", "NOT", "^a", "a*", "{c}: a", "words: a", "(((", "-a +b", "\0",
            "a\0b", "🙂",
            "ß", "\u{301}", "a\u{301}", "\u{202E}x", String(repeating: "w ", count: 20_000), "1.5e3", "日本語", "ı İ",
            "\"\"\"a\"\"",
        ]
    )
    func hostileWords(_ words: String) async throws {
        let store = try await Self.store()
        try await store.upsert([VectorRecord(id: "a", vector: [1, 2], text: words + " anchor")], in: "c")
        _ = try await store.matches(VectorQuery(vector: nil, words: words), in: "c")
        let found = try await store.matches(VectorQuery(vector: [1, 1], words: words + " anchor"), in: "c")
        #expect(found.map(\.record.id) == ["a"])
        try await store.delete(VectorSelection(ids: ["a"]), in: "c")
        #expect(try await store.matches(VectorQuery(vector: nil, words: "anchor"), in: "c").isEmpty)
    }
}
