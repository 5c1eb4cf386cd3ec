import MartletCore
import MartletTestSupport
import MartletVectors
import Testing

@Suite("The embedded vector store")
struct EmbeddedVectorStoreTests {
    @Test("does what every vector store does, in a file", arguments: VectorStoreConformance.allCases)
    func conformance(_ behaviour: VectorStoreConformance) async throws {
        let findings = try await behaviour.findings { body in
            try await withTemporaryFolder { folder in
                let store = try EmbeddedVectorStore(path: folder + "/deep/store.sqlite")
                let findings = try await body(store)
                try store.close()
                return findings
            }
        }
        #expect(findings == [])
    }

    @Test("does what every vector store does, in memory", arguments: VectorStoreConformance.allCases)
    func conformanceInMemory(_ behaviour: VectorStoreConformance) async throws {
        #expect(try await behaviour.findings { try await $0(EmbeddedVectorStore.inMemory()) } == [])
    }
}
