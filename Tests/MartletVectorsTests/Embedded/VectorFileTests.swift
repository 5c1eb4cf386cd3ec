import FoundationEssentials
import GRDB
import MartletCore
import MartletVectors
import Testing

@Suite("The file of a vector store")
struct VectorFileTests {
    private static let marker = "Zanzibarbarossa"

    @Test("holds nothing of what was deleted, replaced or dropped", arguments: ["delete", "filter", "replace", "drop"])
    func erasure(_ way: String) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let store = try EmbeddedVectorStore(path: path)
            try await store.makeCollection(VectorCollection(name: "c", width: 4, distance: .squaredEuclidean))
            // A vector whose bytes are a text.
            let vector = Self.marker.utf8.prefix(4).map { Float(bitPattern: 0x3F00_0000 | UInt32($0)) }
            let secret = VectorRecord(
                id: "id-" + Self.marker,
                vector: vector,
                text: "Once upon a time \(Self.marker) lived here",
                metadata: ["who": .string(Self.marker)]
            )
            let others = (0..<500).map {
                VectorRecord(id: "r\($0)", vector: [0, 0, 0, Float($0)], text: "Another \($0) text of many words")
            }
            try await store.upsert(Array(others[..<250]) + [secret] + Array(others[250...]), in: "c")
            // The table of words keeps them in small letters.
            for text in [Self.marker, Self.marker.lowercased()] {
                #expect(try Self.bytes(in: folder, hold: text.utf8))
            }
            #expect(try vector.withUnsafeBytes { try Self.bytes(in: folder, hold: $0) })
            switch way {
            case "delete": #expect(try await store.delete(VectorSelection(ids: [secret.id]), in: "c") == 1)
            case "filter":
                let filter = VectorFilter.equal("who", .string(Self.marker))
                #expect(try await store.delete(VectorSelection(filter: filter), in: "c") == 1)
            case "replace":
                try await store.upsert([VectorRecord(id: secret.id, vector: [1, 2, 3, 4], text: "Nobody")], in: "c")
                try await store.delete(VectorSelection(ids: [secret.id]), in: "c")
            default: try await store.deleteCollection("c")
            }
            for text in [Self.marker, Self.marker.lowercased()] {
                #expect(try !Self.bytes(in: folder, hold: text.utf8), "\(text) is still there")
            }
            #expect(try !vector.withUnsafeBytes { try Self.bytes(in: folder, hold: $0) }, "the vector is still there")
            try store.close()
            #expect(try !Self.bytes(in: folder, hold: Self.marker.lowercased().utf8))
        }
    }

    @Test("is found again as it was left")
    func reopening() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let record = VectorRecord(id: "a", vector: [1, 2], text: "a text\0with zero", metadata: ["n": 1])
            let collection = VectorCollection(name: "c", width: 2, distance: .innerProduct, metadata: ["x": ["y"]])
            let first = try EmbeddedVectorStore(path: path)
            try await first.makeCollection(collection)
            try await first.upsert([record], in: "c")
            try first.close()
            let second = try EmbeddedVectorStore(path: path)
            #expect(try await second.collections() == [collection])
            #expect(try await second.records(.everything, in: "c", fields: .all) == [record])
            #expect(try await second.matches(VectorQuery(vector: [1, 0]), in: "c").first?.distance == 0)
            let words = VectorQuery(vector: nil, words: "zero")
            #expect(try await second.matches(words, in: "c").map(\.record.id) == ["a"])
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode.map { $0 & 0o777 } == 0o600)
        }
    }

    @Test("is copied into memory where it can't be written, with what lies in its log")
    func copying() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let store = try EmbeddedVectorStore(path: path)
            try await store.makeCollection(VectorCollection(name: "c", width: 2))
            try await store.upsert([VectorRecord(id: "a", vector: [1, 0], text: "A red lamp")], in: "c")
            let log = path + "-wal"
            #expect(FileManager.default.fileExists(atPath: log))
            let before = try [path, log].map { try Data(contentsOf: URL(filePath: $0)) }
            let copy = try EmbeddedVectorStore.inMemory(copyOf: path)
            #expect(try [path, log].map { try Data(contentsOf: URL(filePath: $0)) } == before)
            let query = VectorQuery(vector: nil, words: "lamp", count: 1)
            #expect(try await copy.matches(query, in: "c").map(\.record.id) == ["a"])
            try await copy.upsert([VectorRecord(id: "b", vector: [0, 1])], in: "c")
            #expect(try await copy.count(.everything, in: "c") == 2)
            #expect(try await store.count(.everything, in: "c") == 1)
            try store.close()
            #expect(throws: VectorStoreError.self) { _ = try EmbeddedVectorStore.inMemory(copyOf: folder + "/none") }
        }
    }

    @Test("takes all or nothing of a write whose task is cancelled, which is a cancellation and no failure")
    func cancelledWrite() async throws {
        try await withTemporaryFolder { folder in
            let store = try EmbeddedVectorStore(path: folder + "/store.sqlite")
            try await store.makeCollection(VectorCollection(name: "c", width: 16))
            var cancelledCount = 0
            for round in 0..<20 {
                let records = (0..<3000).map { index in
                    VectorRecord(
                        id: "\(round)-\(index)",
                        vector: (0..<16).map { Float($0 + index + 1) },
                        text: "Text \(index) of \(round), with some words in it"
                    )
                }
                let before = try await store.count(.everything, in: "c")
                let write = Task { try await store.upsert(records, in: "c") }
                try await Task.sleep(for: .milliseconds(round))
                write.cancel()
                do { try await write.value } catch is CancellationError { cancelledCount += 1 }
                let added = try await store.count(.everything, in: "c") - before
                #expect(added == 0 || added == records.count)
            }
            #expect(cancelledCount > 0)
        }
    }

    @Test("is seen by each of several stores as the others leave it")
    func sharing() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let writer = try EmbeddedVectorStore(path: path)
            let reader = try EmbeddedVectorStore(path: path)
            try await writer.makeCollection(VectorCollection(name: "c", width: 2, distance: .squaredEuclidean))
            var expected: [String] = []
            let query = VectorQuery(vector: [0, 0], selection: VectorSelection(filter: .exists("n", true)), count: 100)
            for step in 0..<30 {
                let record = VectorRecord(
                    id: "r\(step)",
                    vector: [Float(step), 1],
                    metadata: ["n": .integer(Int64(step))]
                )
                try await writer.upsert([record], in: "c")
                expected.append(record.id)
                if step % 7 == 3 {
                    try await writer.delete(VectorSelection(ids: [expected.removeFirst()]), in: "c")
                }
                #expect(try await reader.matches(query, in: "c").map(\.record.id) == expected)
            }
            try await reader.upsert([VectorRecord(id: "r29", vector: [-1, 0], metadata: ["n": 1])], in: "c")
            #expect(try await writer.matches(query, in: "c").first?.record.id == "r29")
            try await writer.deleteCollection("c")
            try await writer.makeCollection(VectorCollection(name: "c", width: 1, distance: .cosine))
            try await writer.upsert([VectorRecord(id: "anew", vector: [1])], in: "c")
            #expect(try await reader.matches(VectorQuery(vector: [2]), in: "c").map(\.record.id) == ["anew"])
        }
    }

    @Test("is refused, with words, where it is damaged, something else or from later")
    func refusals() async throws {
        try await withTemporaryFolder { folder in
            func code(_ name: String) -> VectorStoreError.Code? {
                let error = #expect(throws: VectorStoreError.self) {
                    try EmbeddedVectorStore(path: folder + "/" + name)
                }
                return error?.code
            }
            try Data("no database, but long enough to look like one at first: ".utf8 + Array(repeating: 7, count: 5000))
                .write(to: URL(filePath: folder + "/noise"))
            #expect(code("noise") == .damaged)
            let other = try DatabaseQueue(path: folder + "/other")
            try await other.write { try $0.execute(sql: "CREATE TABLE t (x)") }
            try other.close()
            #expect(code("other") == .invalid)
            try EmbeddedVectorStore(path: folder + "/later").close()
            let later = try DatabaseQueue(path: folder + "/later")
            try await later.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from later')") }
            try later.close()
            #expect(code("later") == .unsupported)
            #expect(code("") == .unavailable)
            #expect(code("noise/below") == .unavailable)
        }
    }

    @Test("tells of damage within", arguments: ["pages", "not a number", "too large", "too short", "metadata"])
    func damage(_ kind: String) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let store = try EmbeddedVectorStore(path: path)
            try await store.makeCollection(VectorCollection(name: "c", width: 64, distance: .cosine))
            let records = (0..<500).map {
                VectorRecord(id: "r\($0)", vector: Array(repeating: Float($0 + 1), count: 64), text: "text \($0)")
            }
            try await store.upsert(records, in: "c")
            try store.close()
            if kind == "pages" {
                var bytes = try Data(contentsOf: URL(filePath: path))
                // The heads of all pages but the first.
                for page in stride(from: 16_384, to: bytes.count, by: 16_384) {
                    for index in page..<(page + 12) { bytes[index] ^= 0x5A }
                }
                try bytes.write(to: URL(filePath: path))
            } else {
                let value = kind == "too large" ? Float.greatestFiniteMagnitude : Float.nan
                var vector = withUnsafeBytes(of: value) { Data($0) } + Data(repeating: 0, count: 63 * 4)
                if kind == "too short" { vector.removeLast() }
                let statement =
                    kind == "metadata" ? "UPDATE record SET metadata = '{'" : "UPDATE vector SET value = ?"
                let arguments: StatementArguments = kind == "metadata" ? [] : [vector]
                let database = try DatabaseQueue(path: path)
                try await database.write { try $0.execute(sql: statement, arguments: arguments) }
                try database.close()
            }
            let error = await #expect(throws: VectorStoreError.self) {
                let damaged = try EmbeddedVectorStore(path: path)
                _ = try await damaged.matches(VectorQuery(vector: records[0].vector, words: "text"), in: "c")
            }
            #expect(error?.code == .damaged)
        }
    }

    /// Whether any file in a folder holds some bytes.
    private static func bytes(in folder: String, hold part: some Collection<UInt8>) throws -> Bool {
        let part = Array(part)
        return try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
            let data = Array(try Data(contentsOf: URL(filePath: folder + "/" + name)))
            return data.indices.dropLast(part.count - 1).contains { start in
                data[start] == part[0] && data[start..<(start + part.count)].elementsEqual(part)
            }
        }
    }
}
