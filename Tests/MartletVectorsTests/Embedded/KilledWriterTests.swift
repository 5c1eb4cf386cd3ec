import FoundationEssentials
import MartletCore
import MartletVectors
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("A writer that is killed")
struct KilledWriterTests {
    @Test("leaves every batch that it was told of, and none in part", arguments: [30, 60, 110, 170])
    func killing(milliseconds: Int) async throws {
        try await withTemporaryFolder { folder in
            await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, milliseconds = milliseconds as Int] in
                let store = try EmbeddedVectorStore(path: folder + "/store.sqlite")
                try await store.makeCollection(VectorCollection(name: "c", width: 32, distance: .cosine))
                let killer = Thread(after: milliseconds)
                let told = open(folder + "/told", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                for batch in 0..<1_000_000 {
                    let records = (0..<7).map { index in
                        VectorRecord(
                            id: "\(batch % 40)-\(index)",
                            vector: (0..<32).map { Float(batch + index + $0 + 1) },
                            text: "batch \(batch)",
                            metadata: ["batch": .integer(Int64(batch))]
                        )
                    }
                    try await store.upsert(records, in: "c")
                    if batch % 9 == 8 { try await store.delete(VectorSelection(ids: ["never"]), in: "c") }
                    var byte: UInt8 = 1
                    _ = write(told, &byte, 1)
                }
                _ = killer
            }
            let told = (try? Data(contentsOf: URL(filePath: folder + "/told")))?.count ?? 0
            let store = try EmbeddedVectorStore(path: folder + "/store.sqlite")
            guard try await store.collections().isEmpty == false else {
                #expect(told == 0)
                return
            }
            let records = try await store.records(.everything, in: "c", fields: .all)
            let batches = Dictionary(grouping: records) { $0.metadata["batch"]?.integer ?? -1 }
            #expect(batches.values.allSatisfy { $0.count == 7 })
            let last = Int(batches.keys.max() ?? -1)
            #expect(last + 1 >= told && last <= told)
            for batch in max(0, last - 39)...max(0, last) where last >= 0 { #expect(batches[Int64(batch)] != nil) }
            for record in records {
                let matches = try await store.matches(VectorQuery(vector: record.vector, count: 1), in: "c")
                #expect(abs(matches.first?.distance ?? 1) < 1e-5)
            }
            let query = VectorQuery(vector: nil, words: "\(last)", count: 20)
            if last >= 0 { #expect(try await store.matches(query, in: "c").count == 7) }
        }
    }
}

/// Ends this process without warning.
private struct Thread {
    init(after milliseconds: Int) {
        var thread = pthread_t()
        let delay = UnsafeMutableRawPointer(bitPattern: milliseconds)
        pthread_create(
            &thread,
            nil,
            { delay in
                usleep(UInt32(Int(bitPattern: delay)) * 1000)
                kill(getpid(), SIGKILL)
                return nil
            },
            delay
        )
    }
}
