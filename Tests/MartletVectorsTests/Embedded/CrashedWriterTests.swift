import Foundation
import MartletCore
import MartletVectors
import Synchronization
import Testing

@Suite("What a crash leaves of a store that is being written")
struct CrashedWriterTests {
    /// Batches that `upsert` has returned from.
    private final class Told: Sendable {
        let count = Atomic(0)
        /// Whether there are enough.
        let isOver = Atomic(false)
    }

    @Test("is every batch that was acknowledged, and none in part", arguments: 0..<8)
    func crash(round: Int) async throws {
        try await withTemporaryFolder { folder in
            let told = Told()
            let store = try EmbeddedVectorStore(path: folder + "/store.sqlite")
            try await store.makeCollection(VectorCollection(name: "c", width: 32, distance: .cosine))
            let writer = Task {
                for batch in 0..<100_000 {
                    guard !told.isOver.load(ordering: .sequentiallyConsistent) else { break }
                    try await store.upsert(Self.batch(batch), in: "c")
                    told.count.store(batch + 1, ordering: .sequentiallyConsistent)
                    if batch % 9 == 8 { try await store.delete(VectorSelection(ids: ["never"]), in: "c") }
                }
            }
            while told.count.load(ordering: .sequentiallyConsistent) < 12 + 5 * round { await Task.yield() }
            let acknowledged = try Self.copyAsOfNow(folder, told)
            told.isOver.store(true, ordering: .sequentiallyConsistent)
            try await writer.value
            try store.close()
            try await check(folder + "/crash/store.sqlite", acknowledged: acknowledged)
        }
    }

    /// The files as a crash at this moment would leave them, and how many batches were acknowledged before it.
    ///
    /// The log is copied while it is written, so that its end may be torn. A checkpoint that comes between the two copies is seen by
    /// the database's change, and the copies are made again.
    private static func copyAsOfNow(_ folder: String, _ told: Told) throws -> Int {
        let files = FileManager.default
        let (source, copy) = (folder + "/store.sqlite", folder + "/crash/store.sqlite")
        while true {
            try? files.removeItem(atPath: folder + "/crash")
            try files.createDirectory(atPath: folder + "/crash", withIntermediateDirectories: true)
            let acknowledged = told.count.load(ordering: .sequentiallyConsistent)
            let before = try Data(contentsOf: URL(filePath: source))
            try before.write(to: URL(filePath: copy))
            try Data(contentsOf: URL(filePath: source + "-wal")).write(to: URL(filePath: copy + "-wal"))
            if try Data(contentsOf: URL(filePath: source)) == before { return acknowledged }
        }
    }

    private static func batch(_ batch: Int) -> [VectorRecord] {
        (0..<7).map { index in
            VectorRecord(
                id: "\(batch % 40)-\(index)",
                vector: (0..<32).map { Float(batch + index + $0 + 1) },
                text: "batch \(batch)",
                metadata: ["batch": .integer(Int64(batch))]
            )
        }
    }

    private func check(_ path: String, acknowledged: Int) async throws {
        let store = try EmbeddedVectorStore(path: path)
        let records = try await store.records(.everything, in: "c", fields: .all)
        let batches = Dictionary(grouping: records) { $0.metadata["batch"]?.integer ?? -1 }
        #expect(batches.values.allSatisfy { $0.count == 7 })
        let last = Int(batches.keys.max() ?? -1)
        #expect(last + 1 >= acknowledged)
        for batch in max(0, last - 39)...max(0, last) { #expect(batches[Int64(batch)] != nil) }
        for record in records {
            let matches = try await store.matches(VectorQuery(vector: record.vector, count: 1), in: "c")
            #expect(abs(matches.first?.distance ?? 1) < 1e-5)
        }
        let query = VectorQuery(vector: nil, words: "\(last)", count: 20)
        #expect(try await store.matches(query, in: "c").count == 7)
    }
}
