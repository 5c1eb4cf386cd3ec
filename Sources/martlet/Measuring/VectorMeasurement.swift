import Foundation
import MartletCore
import MartletVectors

/// How long the embedded vector store takes to find the nearest of many vectors.
///
/// Vectors and queries come from files of little-endian floats, one after another, so that other stores can be asked the same.
struct VectorMeasurement {
    /// Figures and answers, as `--json` prints them.
    struct Report: Encodable {
        var records: Int
        var width: Int
        var precision: String
        var kernels: String
        var workers: Int
        /// Of putting the records in, where that was done in this run.
        var recordsPerSecond: Double?
        var fileBytes: Int
        /// From opening the file to the first answer.
        var firstAnswerSeconds: Double
        var peakMemoryBytes: Int
        /// Of each query, in the order of the file, as often as it was asked.
        var milliseconds: [Double]
        /// The identifiers of each query's matches: the records' numbers.
        var matches: [[String]]
    }

    var vectorsPath: String
    var queriesPath: String
    var storePath: String
    var width: Int
    var count = 10
    var repetitions = 5
    var options = EmbeddedVectorStore.Options()

    /// The store's collection: made from the vectors in the first run, found again in later ones.
    private static let collection = VectorCollection(name: "bench", distance: .cosine)

    func run() async throws -> Report {
        let queries = try vectors(at: queriesPath)
        guard let first = queries.first else {
            throw VectorStoreError(
                .invalid,
                "\(queriesPath) holds no vector of \(width) floats",
                remedy: "Write vectors to it, or say their right width"
            )
        }
        let rate = try await fill()
        let start = ContinuousClock.now
        let store = try EmbeddedVectorStore(path: storePath, options: options)
        _ = try await store.matches(query(first), in: Self.collection.name)
        let firstAnswer = (ContinuousClock.now - start) / .seconds(1)
        var milliseconds: [Double] = []
        var matches: [[String]] = []
        for repetition in 0..<repetitions {
            for vector in queries {
                let start = ContinuousClock.now
                let found = try await store.matches(query(vector), in: Self.collection.name)
                milliseconds.append((ContinuousClock.now - start) / .milliseconds(1))
                if repetition == 0 { matches.append(found.map(\.record.id)) }
            }
        }
        let records = try await store.count(.everything, in: Self.collection.name)
        try store.close()
        return Report(
            records: records,
            width: width,
            precision: options.precision.rawValue,
            kernels: options.kernels ?? "best",
            workers: options.workerCount,
            recordsPerSecond: rate,
            fileBytes: try FileManager.default.attributesOfItem(atPath: storePath)[.size] as? Int ?? 0,
            firstAnswerSeconds: firstAnswer,
            peakMemoryBytes: PeakMemory.byteCount,
            milliseconds: milliseconds,
            matches: matches
        )
    }

    private func query(_ vector: [Float]) -> VectorQuery { VectorQuery(vector: vector, count: count, fields: []) }

    /// Puts the vectors in, unless they are; gives records a second.
    private func fill() async throws -> Double? {
        let store = try EmbeddedVectorStore(path: storePath, options: options)
        defer { try? store.close() }
        guard try await store.collections().isEmpty else { return nil }
        let vectors = try vectors(at: vectorsPath)
        let start = ContinuousClock.now
        try await store.makeCollection(Self.collection)
        for first in stride(from: 0, to: vectors.count, by: 1000) {
            let batch = (first..<min(first + 1000, vectors.count)).map {
                VectorRecord(id: String($0), vector: vectors[$0])
            }
            try await store.upsert(batch, in: Self.collection.name)
        }
        return Double(vectors.count) / ((ContinuousClock.now - start) / .seconds(1))
    }

    private func vectors(at path: String) throws -> [[Float]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        return data.withUnsafeBytes { bytes in
            stride(from: 0, through: bytes.count - width * 4, by: width * 4).map { offset in
                (0..<width).map { bytes.loadUnaligned(fromByteOffset: offset + $0 * 4, as: Float.self) }
            }
        }
    }
}
