import MartletCore
import MartletTestSupport
import MartletVectors
import Testing

@Suite("The exact scan")
struct ExactScanTests {
    /// How the vectors of a collection lie.
    enum Shape: CaseIterable {
        case independent
        /// So close together that codes can't tell them apart.
        case close
        /// Each ten times.
        case repeated
        /// Of lengths from a thousandth to a thousand.
        case uneven
    }

    private static let width = 24
    private static let count = 5000

    private static func vectors(_ shape: Shape) -> [[Float]] {
        var generator = SplitMix(state: 3)
        func random(_ size: Float) -> [Float] {
            (0..<width).map { _ in Float.random(in: -size...size, using: &generator) }
        }
        let centre = random(1)
        var vectors: [[Float]] = []
        while vectors.count < count {
            switch shape {
            case .independent: vectors.append(random(1))
            case .close: vectors.append(zip(centre, random(0.001)).map { $0 + $1 })
            case .repeated: vectors += Array(repeating: random(1), count: 10)
            case .uneven: vectors.append(random(Float.random(in: 0.001...1, using: &generator) * 1000))
            }
        }
        return vectors
    }

    @Test("finds what brute force in double precision finds", arguments: VectorDistance.allCases, Shape.allCases)
    func exactness(_ distance: VectorDistance, _ shape: Shape) async throws {
        let vectors = Self.vectors(shape)
        let queries = [vectors[17], vectors[4001].map { $0 * 1.01 }, vectors[Self.count - 1].reversed()]
        let expected = queries.map { query in vectors.map { Self.measure(query, $0, distance) }.sorted() }
        try await withTemporaryFolder { folder in
            let path = folder + "/store.sqlite"
            let filled = try EmbeddedVectorStore(path: path)
            try await filled.makeCollection(VectorCollection(name: "c", distance: distance))
            try await filled.upsert(vectors.enumerated().map { VectorRecord(id: "\($0)", vector: $1) }, in: "c")
            try filled.close()
            var options = EmbeddedVectorStore.Options()
            for (kernels, workerCount) in [("reference", 1), (nil, 1), (nil, 3), ("avx2", 2), ("neon", 2)] {
                options.kernels = kernels
                options.workerCount = workerCount
                // A set that this machine doesn't have is none of its ways.
                guard let store = try? EmbeddedVectorStore(path: path, options: options) else { continue }
                for (query, expected) in zip(queries, expected) {
                    let found = try await store.matches(VectorQuery(vector: query, count: 25, fields: []), in: "c")
                    #expect(found.count == 25)
                    for (match, expected) in zip(found, expected) {
                        let index = try #require(Int(match.record.id))
                        let own = Self.measure(query, vectors[index], distance)
                        #expect(abs(own - expected) <= 1e-12 * (1 + abs(expected)))
                        #expect(abs(-match.score - own) <= 1e-12 * (1 + abs(own)))
                    }
                }
                try store.close()
            }
        }
    }

    @Test("finds in codes of a byte what is about as near")
    func codes() async throws {
        let vectors = Self.vectors(.independent)
        var options = EmbeddedVectorStore.Options()
        options.precision = .int8
        let store = try EmbeddedVectorStore.inMemory(options: options)
        try await store.makeCollection(VectorCollection(name: "c", distance: .cosine))
        try await store.upsert(vectors.enumerated().map { VectorRecord(id: "\($0)", vector: $1) }, in: "c")
        let expected = vectors.map { Self.measure(vectors[5], $0, .cosine) }.sorted()
        let found = try await store.matches(VectorQuery(vector: vectors[5], count: 20), in: "c")
        #expect(found.first?.record.id == "5")
        for (match, expected) in zip(found, expected) { #expect(abs(-match.score - expected) < 0.01) }
        let selection = VectorSelection(ids: ["5"])
        let kept = try #require(try await store.records(selection, in: "c", fields: .vector).first?.vector)
        for (value, kept) in zip(vectors[5], kept) { #expect(abs(value - kept) <= 0.5 / 127) }
    }

    @Test("answers from one moment, whatever is written meanwhile")
    func isolation() async throws {
        try await withTemporaryFolder { folder in
            let store = try EmbeddedVectorStore(path: folder + "/store.sqlite")
            try await store.makeCollection(VectorCollection(name: "c", width: 2, distance: .squaredEuclidean))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for generation in 0..<60 {
                        let records = (0..<40).map { number in
                            VectorRecord(
                                id: "r\(number)",
                                vector: [Float(generation), Float(number)],
                                text: "generation \(generation)",
                                metadata: ["generation": .integer(Int64(generation))]
                            )
                        }
                        try await store.upsert(records, in: "c")
                        if generation % 5 == 4 { try await store.delete(VectorSelection(ids: ["r39"]), in: "c") }
                    }
                }
                for _ in 0..<3 {
                    group.addTask {
                        for _ in 0..<60 {
                            let selection = VectorSelection(filter: .exists("generation", true))
                            let query = VectorQuery(vector: [0, 0], selection: selection, count: 100)
                            let found = try await store.matches(query, in: "c")
                            #expect(Set(found.compactMap { $0.record.metadata["generation"] }).count <= 1)
                            #expect([0, 39, 40].contains(found.count))
                            let generation = found.first?.record.metadata["generation"]?.integer ?? 0
                            for (number, match) in found.enumerated() {
                                #expect(match.distance == Float(Int(generation * generation) + number * number))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func measure(_ x: [Float], _ y: [Float], _ distance: VectorDistance) -> Double {
        var (dot, first, second, squares) = (0.0, 0.0, 0.0, 0.0)
        for index in x.indices {
            let (a, b) = (Double(x[index]), Double(y[index]))
            dot += a * b
            first += a * a
            second += b * b
            squares += (a - b) * (a - b)
        }
        return switch distance {
        case .cosine: 1 - dot / (first * second).squareRoot()
        case .innerProduct: 1 - dot
        case .squaredEuclidean: squares
        }
    }
}
