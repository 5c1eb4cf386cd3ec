import Foundation
import MartletConversion
import MartletCore
import MartletEngine
import MartletWeights
import Testing

/// A folder of a tiny model with what the reference makes of texts.
struct EmbeddingFixture {
    static let embedders = ["bert", "xlm-roberta", "instructor", "qwen3-embedding"]
    static let rerankers = ["reranker", "bert-reranker"]

    struct Answer {
        var input: EmbeddingInput
        var tokenCount: Int
        var vector: [Float]
    }

    struct Pair {
        var query: String
        var text: String
        var tokenCount: Int
        var score: Float
    }

    let folder: String
    /// What an embedder gives.
    let answers: [Answer]
    /// What a reranker gives.
    let pairs: [Pair]

    init(_ name: String) throws {
        folder = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures")).path
        guard let data = FileManager.default.contents(atPath: "\(folder)/vectors.json") else {
            (answers, pairs) = ([], [])
            return
        }
        let list = try #require(try JSONValue(parsing: Array(data)).array)
        answers = list.compactMap { item in
            guard let text = item["text"]?.string, let count = item["tokens"]?.integer,
                let vector = item["vector"]?.array
            else { return nil }
            return Answer(
                input: EmbeddingInput(text, instruction: item["instruction"]?.string),
                tokenCount: Int(count),
                vector: vector.compactMap { $0.number.map { Float($0) } }
            )
        }
        pairs = list.compactMap { item in
            guard let query = item["query"]?.string, let text = item["text"]?.string, let score = item["score"]?.number,
                let count = item["tokens"]?.integer
            else { return nil }
            return Pair(query: query, text: text, tokenCount: Int(count), score: Float(score))
        }
        try #require(!answers.isEmpty || !pairs.isEmpty)
    }

    /// Runs `body` with the folder's model as a file, and with what else is wanted of it.
    func withFile<Result>(
        quantised: Bool = false,
        change: ((inout GGUFWriter) throws -> Void)? = nil,
        _ body: (String) throws -> Result
    ) throws -> Result {
        let path = try write(quantised: quantised, change: change)
        defer { unlink(path) }
        return try body(path)
    }

    func embedder(
        quantised: Bool = false,
        change: ((inout GGUFWriter) throws -> Void)? = nil,
        options: (inout LocalEmbedderOptions) -> Void = { _ in }
    ) async throws -> LocalEmbedder {
        let path = try write(quantised: quantised, change: change)
        defer { unlink(path) }
        return try await LocalEmbedder.load(path: path, options: .small(options))
    }

    func reranker(_ options: (inout LocalEmbedderOptions) -> Void = { _ in }) async throws -> LocalReranker {
        let path = try write(quantised: false, change: nil)
        defer { unlink(path) }
        return try await LocalReranker.load(path: path, options: .small(options))
    }

    private func write(quantised: Bool, change: ((inout GGUFWriter) throws -> Void)?) throws -> String {
        let path = Self.temporaryPath()
        _ = try ModelConverter(folder: ModelFolder(path: folder)).write(to: path, precision: .f32)
        if quantised {
            defer { unlink(path) }
            let source = try GGUFFile.open(path: path)
            let target = try #require(QuantizationTarget(name: "q8_0"))
            let smaller = Self.temporaryPath()
            _ = try Quantizer(source: source, target: target).convert(to: smaller, threadCount: 1)
            return smaller
        }
        if let change {
            let source = try GGUFFile.open(path: path)
            var writer = GGUFWriter()
            for key in source.metadata.keys { writer.metadata[key] = source.metadata[key] }
            for tensor in source.tensors {
                try writer.add(
                    tensor.name,
                    shape: tensor.shape,
                    format: tensor.format,
                    bytes: Array(source.bytes(of: tensor))
                )
            }
            try change(&writer)
            try writer.write(to: path, replacingExisting: true)
        }
        return path
    }

    static func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).gguf").path
    }
}

extension LocalEmbedderOptions {
    /// One thread, because tests run side by side.
    static func small(_ change: (inout LocalEmbedderOptions) -> Void = { _ in }) -> LocalEmbedderOptions {
        var options = LocalEmbedderOptions()
        options.threadCount = 1
        change(&options)
        return options
    }
}

/// The cosine of the angle between two vectors; NaN when they differ in length.
func cosineSimilarity(_ left: [Float], _ right: [Float]) -> Double {
    guard left.count == right.count else { return .nan }
    let dot = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let lengths = [left, right].map { $0.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
    return dot / (lengths[0] * lengths[1])
}
