import AsyncHTTPClient
import MartletCore
import MartletHTTP
import MartletTestSupport
import MartletVectors
import Testing

@Suite("Stores on servers", .timeLimit(.minutes(2)))
struct RemoteStoreTests {
    enum Kind: CaseIterable, Sendable {
        case chroma, pinecone

        func store(
            _ address: String,
            _ client: HTTPClient,
            key: String = ServedStore.key,
            options: RemoteVectorOptions = RemoteVectorOptions()
        ) throws -> any VectorStore {
            switch self {
            case .chroma: try ChromaStore(address: address, key: Secret(key), client: client, options: options)
            case .pinecone: try PineconeStore(address: address, key: Secret(key), client: client, options: options)
            }
        }
    }

    /// All that stores do but rank by words, which no server here does.
    static let behaviours = VectorStoreConformance.allCases.filter { $0 != .ranksByWords }

    @Test("do what every vector store does, over the wire", arguments: Kind.allCases, behaviours)
    func conformance(_ kind: Kind, _ behaviour: VectorStoreConformance) async throws {
        let findings = try await behaviour.findings { check in
            try await ServedStore.run { address, client in try await check(try kind.store(address, client)) }
        }
        #expect(findings == [])
    }

    @Test(
        "do so in small pages and batches too",
        arguments: Kind.allCases,
        [VectorStoreConformance.selects, .filtersByText]
    )
    func paging(_ kind: Kind, _ behaviour: VectorStoreConformance) async throws {
        var options = RemoteVectorOptions()
        options.pageCount = 3
        options.batchByteCount = 200
        let findings = try await behaviour.findings { [options] check in
            try await ServedStore.run { address, client in
                try await check(try kind.store(address, client, options: options))
            }
        }
        #expect(findings == [])
    }

    @Test("refuse to rank by words alone, and leave them out of account beside a vector", arguments: Kind.allCases)
    func words(_ kind: Kind) async throws {
        try await ServedStore.run { address, client in
            let store = try kind.store(address, client)
            try await store.makeCollection(VectorCollection(name: "c", width: 1, distance: .squaredEuclidean))
            try await store.upsert([VectorRecord(id: "a", vector: [1], text: "lamp")], in: "c")
            await #expect(throws: VectorStoreError.self) {
                try await store.matches(VectorQuery(vector: nil, words: "lamp"), in: "c")
            }
            do {
                _ = try await store.matches(VectorQuery(vector: nil, words: "lamp"), in: "c")
            } catch let error as VectorStoreError {
                #expect(error.code == .unsupported)
            }
            let both = try await store.matches(VectorQuery(vector: [1], words: "lamp"), in: "c")
            #expect(both.map(\.record.id) == ["a"])
        }
    }

    @Test("say that the key is wrong, without showing it", arguments: Kind.allCases)
    func wrongKey(_ kind: Kind) async throws {
        try await ServedStore.run { address, client in
            let store = try kind.store(address, client, key: "not-the-right-one")
            do {
                _ = try await store.collections()
                Issue.record("a wrong key was taken")
            } catch let error as VectorStoreError {
                #expect(error.code == .notAuthorized)
                #expect(!"\(error)".contains("not-the-right-one"))
            }
        }
    }

    @Test("say that nothing is there", arguments: Kind.allCases)
    func unreachable(_ kind: Kind) async throws {
        var options = RemoteVectorOptions()
        options.firstPause = .milliseconds(1)
        try await HTTPClient.withHTTPClient(configuration: .vectorStores) { client in
            // Nobody listens at port 1.
            let store = try kind.store("http://127.0.0.1:1", client, options: options)
            do {
                _ = try await store.collections()
                Issue.record("an answer from nowhere")
            } catch let error as VectorStoreError {
                #expect(error.code == .unavailable && error.message.contains("nothing listens"))
            }
        }
    }

    @Test("filter here what the server can't, within a limit, and drop what no longer is", arguments: Kind.allCases)
    func fallbacks(_ kind: Kind) async throws {
        try await ServedStore.run { address, client in
            var options = RemoteVectorOptions()
            options.scanLimit = 5
            let store = try kind.store(address, client, options: options)
            try await store.makeCollection(VectorCollection(name: "c", width: 1, distance: .squaredEuclidean))
            let records = (0..<5).map { number in
                let metadata: JSONObject = number < 3 ? ["n": .integer(Int64(number))] : [:]
                return VectorRecord(id: "r\(number)", vector: [Float(number)], text: "t\(number)", metadata: metadata)
            }
            try await store.upsert(records, in: "c")
            let selection = VectorSelection(filter: .not(.less("n", 2)))
            #expect(try await store.records(selection, in: "c", fields: []).map(\.id) == ["r2", "r3", "r4"])
            let query = VectorQuery(vector: [4], selection: selection, count: 2, fields: .text)
            let found = try await store.matches(query, in: "c")
            #expect(
                found.map(\.record) == [
                    VectorRecord(id: "r4", vector: [], text: "t4"), VectorRecord(id: "r3", vector: [], text: "t3"),
                ]
            )
            let replaced = VectorRecord(id: "r4", vector: [4], metadata: ["only": "this"])
            try await store.upsert([replaced], in: "c")
            #expect(try await store.records(VectorSelection(ids: ["r4"]), in: "c", fields: .all) == [replaced])
            try await store.upsert([VectorRecord(id: "r5", vector: [5])], in: "c")
            do {
                _ = try await store.count(selection, in: "c")
                Issue.record("more records than the limit were looked through")
            } catch let error as VectorStoreError {
                #expect(error.code == .unsupported)
            }
        }
    }

    @Test("keep names and metadata that the server doesn't take as they are", arguments: Kind.allCases)
    func names(_ kind: Kind) async throws {
        try await ServedStore.run { address, client in
            let store = try kind.store(address, client)
            let collection = VectorCollection(
                name: "Über uns",
                width: 2,
                distance: .innerProduct,
                metadata: ["model": "minilm", "size": 384, "json": "json:1"]
            )
            try await store.makeCollection(collection)
            #expect(try await store.collections() == [collection])
            try await store.upsert([VectorRecord(id: "a b/c?&", vector: [1, 2])], in: "Über uns")
            let one = VectorSelection(ids: ["a b/c?&"])
            #expect(try await store.records(one, in: "Über uns", fields: .vector).map(\.vector) == [[1, 2]])
            try await store.deleteCollection("Über uns")
            #expect(try await store.collections() == [])
        }
    }

    @Test("find a collection again that somebody else has made anew", arguments: Kind.allCases)
    func madeAnew(_ kind: Kind) async throws {
        try await ServedStore.run { address, client in
            let (store, other) = (try kind.store(address, client), try kind.store(address, client))
            try await store.makeCollection(VectorCollection(name: "notes", width: 1))
            try await store.upsert([VectorRecord(id: "a", vector: [1])], in: "notes")
            try await other.deleteCollection("notes")
            try await other.makeCollection(VectorCollection(name: "notes", width: 1))
            #expect(try await store.count(.everything, in: "notes") == 0)
            try await store.upsert([VectorRecord(id: "b", vector: [1])], in: "notes")
            #expect(try await other.count(.everything, in: "notes") == 1)
        }
    }

    @Test("rename a collection in Chroma")
    func renamed() async throws {
        try await ServedStore.run { address, client in
            let store = try Kind.chroma.store(address, client)
            try await store.makeCollection(VectorCollection(name: "notes", width: 1, metadata: ["a": "b"]))
            try await store.upsert([VectorRecord(id: "a", vector: [1])], in: "notes")
            try await store.changeCollection("notes", toName: "papers", metadata: ["c": "d"])
            #expect(try await store.collections() == [VectorCollection(name: "papers", width: 1, metadata: ["c": "d"])])
            #expect(try await store.count(.everything, in: "papers") == 1)
        }
    }

    @Test("keeps Pinecone's namespaces as collections of their own")
    func namespaces() async throws {
        try await ServedStore.run { address, client in
            let store = try Kind.pinecone.store(address, client)
            try await store.makeCollection(VectorCollection(name: "notes", width: 1))
            try await store.makeCollection(VectorCollection(name: "notes/en", width: 1))
            try await store.upsert([VectorRecord(id: "a", vector: [1])], in: "notes/en")
            #expect(try await store.count(.everything, in: "notes") == 0)
            #expect(try await store.collections().map(\.name) == ["notes", "notes/en"])
            await #expect(throws: VectorStoreError.self) {
                try await store.makeCollection(VectorCollection(name: "notes/en", width: 1))
            }
            await #expect(throws: VectorStoreError.self) {
                try await store.makeCollection(VectorCollection(name: "notes/fr", width: 2))
            }
            try await store.deleteCollection("notes/en")
            #expect(try await store.collections().map(\.name) == ["notes"])
        }
    }

    @Test(
        "refuse addresses that can't be called",
        arguments: ["", "localhost:8000", "ftp://x", "http://", "http://u:p@h", "http://h?k=1"]
    )
    func addresses(_ address: String) async throws {
        try await HTTPClient.withHTTPClient(configuration: .vectorStores) { client in
            for kind in Kind.allCases {
                #expect(throws: VectorStoreError.self) { try kind.store(address, client) }
            }
        }
    }
}
