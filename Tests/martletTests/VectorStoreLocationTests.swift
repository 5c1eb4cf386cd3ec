import Foundation
import MartletCore
import MartletVectors
import Testing
import martlet

@Suite("Where a store of vectors is")
struct VectorStoreLocationTests {
    @Test("reads paths and servers")
    func locations() throws {
        #expect(try VectorStoreLocation("notes.vectors").path == "notes.vectors")
        #expect(try VectorStoreLocation("/tmp/a b").path == "/tmp/a b")
        for server in [
            "chroma+http://127.0.0.1:8000", "chroma+https://host/", "chroma+http://host:8000/team/notes",
            "pinecone+https://api.pinecone.io", "PINECONE+http://127.0.0.1:8080",
        ] {
            #expect(try VectorStoreLocation(server).path == nil, "\(server)")
        }
    }

    @Test(
        "refuses what is none, with the remedy",
        arguments: [
            "", "http://host", "redis://host", "chroma+http://", "chroma+http://host/one", "chroma+http://host/a/b/c",
            "chroma+http://user:secret@host", "pinecone+https://host?key=secret", "chroma+ftp://host",
        ]
    )
    func refusals(_ text: String) {
        let error = #expect(throws: VectorStoreError.self) { try VectorStoreLocation(text) }
        #expect(error?.code == .invalid && error?.remedy.contains("CHROMA_TOKEN") == true)
        #expect(error.map { !"\($0)".contains("secret") } == true)
    }

    @Test("opens a file, and Pinecone only with a key")
    func opening() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = try VectorStoreLocation(folder.appendingPathComponent("notes.vectors").path)
        try await file.withStore(environment: [:]) { store in
            try await store.makeCollection(VectorCollection(name: "c", width: 1))
        }
        let names = try await file.withStore(environment: [:]) { try await $0.collections().map(\.name) }
        #expect(names == ["c"])
        let pinecone = try VectorStoreLocation("pinecone+https://api.pinecone.io")
        for environment in [[:], ["PINECONE_API_KEY": ""], ["PINECONE_API_KEY": "two words"]] {
            let error = await #expect(throws: VectorStoreError.self) {
                try await pinecone.withStore(environment: environment) { _ in }
            }
            #expect(error?.code == .notAuthorized && error?.description.contains("PINECONE_API_KEY") == true)
        }
        let chroma = try VectorStoreLocation("chroma+http://127.0.0.1:1")
        let kind = try await chroma.withStore(environment: ["CHROMA_TOKEN": "token"]) { $0 is ChromaStore }
        #expect(kind)
    }
}
