import MartletCore
import Synchronization

/// A store for tests: one dictionary, words counted, vectors compared one by one.
final class MemoryVectorStore: VectorStore {
    private struct Held {
        var collection: VectorCollection
        var records: [VectorRecord] = []
    }

    private let state = Mutex<[String: Held]>([:])
    /// Calls of `upsert`, with how many records each had.
    let upserts = Mutex<[Int]>([])

    func collections() async throws -> [VectorCollection] {
        state.withLock { $0.values.map(\.collection).sorted { $0.name < $1.name } }
    }

    func makeCollection(_ collection: VectorCollection) async throws {
        state.withLock { $0[collection.name] = Held(collection: collection) }
    }

    func changeCollection(_ name: String, toName changedName: String, metadata: JSONObject) async throws {
        precondition(name == changedName, "nothing asks for that here")
        state.withLock { $0[name]?.collection.metadata = metadata }
    }

    func deleteCollection(_ name: String) async throws { state.withLock { $0[name] = nil } }

    func upsert(_ records: [VectorRecord], in collection: String) async throws {
        upserts.withLock { $0.append(records.count) }
        state.withLock { state in
            for record in records {
                if let index = state[collection]?.records.firstIndex(where: { $0.id == record.id }) {
                    state[collection]?.records[index] = record
                } else {
                    state[collection]?.records.append(record)
                }
            }
        }
    }

    /// Loses records, as a crash does.
    func forget(_ ids: [String], in collection: String) {
        state.withLock { $0[collection]?.records.removeAll { ids.contains($0.id) } }
    }

    func delete(_ selection: VectorSelection, in collection: String) async throws -> Int {
        let gone = try await records(selection, in: collection, fields: .all).map(\.id)
        state.withLock { $0[collection]?.records.removeAll { gone.contains($0.id) } }
        return gone.count
    }

    func records(
        _ selection: VectorSelection,
        in collection: String,
        fields: VectorFields
    ) async throws -> [VectorRecord] {
        let all = state.withLock { $0[collection]?.records ?? [] }
        let found = all.filter { record in selection.filter.map { Self.accepts($0, record) } ?? true }
        return Array(found.dropFirst(selection.offset).prefix(selection.limit ?? .max))
    }

    func count(_ selection: VectorSelection, in collection: String) async throws -> Int {
        try await records(selection, in: collection, fields: []).count
    }

    func matches(_ query: VectorQuery, in collection: String) async throws -> [VectorMatch] {
        let words = Set((query.words ?? "").lowercased().split { !$0.isLetter }.map { String($0) })
        let scored = try await records(query.selection, in: collection, fields: .all).map { record in
            let text = Set((record.text ?? "").lowercased().split { !$0.isLetter }.map { String($0) })
            var score = Double(words.intersection(text).count)
            let product = query.vector.map { zip($0, record.vector).reduce(0) { $0 + $1.0 * $1.1 } }
            if let product { score += Double(product) * 10 }
            return VectorMatch(record: record, distance: product.map { 1 - $0 }, score: score)
        }
        return Array(scored.filter { $0.score > 0 }.sorted { $0.score > $1.score }.prefix(query.count))
    }

    private static func accepts(_ filter: VectorFilter, _ record: VectorRecord) -> Bool {
        switch filter {
        case .all(let filters): filters.allSatisfy { accepts($0, record) }
        case .equal(let name, let value): record.metadata[name] == value
        case .notEqual(let name, let value): record.metadata[name] != value
        default: preconditionFailure("nothing asks for that here")
        }
    }
}

/// An embedding model for tests: a text is where its letters are.
struct LetterEmbedder: Embedder {
    var information = EmbedderInformation(name: "letters", width: 26, contextLength: 512)

    func embed(_ request: EmbeddingRequest) async throws -> EmbeddingAnswer {
        let vectors = request.inputs.map { input -> [Float] in
            guard case .text(let text) = input.content else { return [] }
            var vector = [Float](repeating: 0, count: 26)
            for byte in text.lowercased().utf8 where (97...122).contains(byte) { vector[Int(byte) - 97] += 1 }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return length > 0 ? vector.map { $0 / length } : vector
        }
        return EmbeddingAnswer(vectors: vectors, tokenCounts: request.inputs.map { _ in 1 })
    }
}
