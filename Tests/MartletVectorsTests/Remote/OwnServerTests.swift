import AsyncHTTPClient
import Foundation
import MartletCore
import MartletTestSupport
import MartletVectors
import Testing

/// Where Chroma's own server is, which these tests may empty; see `scripts/compatibility/chroma_store.sh`.
private let ownServer = ProcessInfo.processInfo.environment["MARTLET_TEST_CHROMA"]

@Suite(
    "Chroma's own server",
    .enabled(if: ownServer != nil, "MARTLET_TEST_CHROMA is not set"),
    .serialized,
    .timeLimit(.minutes(10))
)
struct OwnServerTests {
    @Test("is a store like every other", arguments: RemoteStoreTests.behaviours)
    func conformance(_ behaviour: VectorStoreConformance) async throws {
        let findings = try await behaviour.findings { check in
            try await HTTPClient.withHTTPClient(configuration: .vectorStores) { client in
                let store = try ChromaStore(address: ownServer ?? "", client: client)
                for collection in try await store.collections() { try await store.deleteCollection(collection.name) }
                return try await check(store)
            }
        }
        #expect(findings == [])
    }

    @Test("keeps a thousand records with their texts, in several batches")
    func batches() async throws {
        try await HTTPClient.withHTTPClient(configuration: .vectorStores) { client in
            var options = RemoteVectorOptions()
            options.pageCount = 300
            let store = try ChromaStore(address: ownServer ?? "", client: client, options: options)
            for collection in try await store.collections() { try await store.deleteCollection(collection.name) }
            try await store.makeCollection(VectorCollection(name: "many", width: 16, distance: .cosine))
            let records = (0..<1000).map { number -> VectorRecord in
                let vector = (0..<16).map { (index: Int) -> Float in Float((number * 31 + index * 17) % 101) - 50 }
                let metadata: JSONObject = ["n": .integer(Int64(number))]
                return VectorRecord(id: "r\(number)", vector: vector, text: "text \(number)", metadata: metadata)
            }
            try await store.upsert(records, in: "many")
            #expect(try await store.count(.everything, in: "many") == 1000)
            let found = try await store.records(.everything, in: "many", fields: [.text, .metadata])
            #expect(found == records.map { VectorRecord(id: $0.id, vector: [], text: $0.text, metadata: $0.metadata) })
            #expect(try await store.delete(VectorSelection(filter: .greaterOrEqual("n", 10)), in: "many") == 990)
            #expect(try await store.count(.everything, in: "many") == 10)
        }
    }
}
