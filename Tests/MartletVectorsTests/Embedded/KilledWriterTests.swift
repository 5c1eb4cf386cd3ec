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
    @Test("leaves every batch that it was told of, and none in part", arguments: 0..<8)
    func killing(round: Int) async throws {
        try await withTemporaryFolder { folder in
            await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, round = round as Int] in
                let store = try EmbeddedVectorStore(path: folder + "/store.sqlite")
                try await store.makeCollection(VectorCollection(name: "c", width: 32, distance: .cosine))
                let told = open(folder + "/told", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                for batch in 0..<1_000_000 {
                    // Each round dies at another moment of a later write.
                    if batch == 12 + 5 * round { killThisProcess(afterMicroseconds: 700 * round) }
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
            }
            let told = try Data(contentsOf: URL(filePath: folder + "/told")).count
            #expect(told >= 12 + 5 * round)
            let store = try EmbeddedVectorStore(path: folder + "/store.sqlite")
            let records = try await store.records(.everything, in: "c", fields: .all)
            let batches = Dictionary(grouping: records) { $0.metadata["batch"]?.integer ?? -1 }
            #expect(batches.values.allSatisfy { $0.count == 7 })
            let last = Int(batches.keys.max() ?? -1)
            #expect(last + 1 >= told && last <= told)
            for batch in max(0, last - 39)...last { #expect(batches[Int64(batch)] != nil) }
            for record in records {
                let matches = try await store.matches(VectorQuery(vector: record.vector, count: 1), in: "c")
                #expect(abs(matches.first?.distance ?? 1) < 1e-5)
            }
            let query = VectorQuery(vector: nil, words: "\(last)", count: 20)
            #expect(try await store.matches(query, in: "c").count == 7)
        }
    }
}

/// Ends this process without warning, from another thread.
private func killThisProcess(afterMicroseconds delay: Int) {
    var thread = pthread_t()
    pthread_create(
        &thread,
        nil,
        { delay in
            usleep(UInt32(Int(bitPattern: delay)))
            kill(getpid(), SIGKILL)
            return nil
        },
        UnsafeMutableRawPointer(bitPattern: delay)
    )
}
