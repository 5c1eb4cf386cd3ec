import MartletModel
import MartletWeights
import Testing

import class Foundation.Bundle

/// A tiny encoder with the answers of Hugging Face transformers inside; see scripts/fixtures/make_encoder_fixtures.py.
struct EncoderFixture {
    static let names = ["bert", "xlm-roberta", "cross-encoder", "t5", "t5-gated", "nomic-bert"]

    let file: GGUFFile
    /// Each text's tokens and their segments.
    let texts: [(tokens: [Int32], types: [Int32])]
    /// Each text's rows, `[tokens][D]`.
    let rows: [[Float]]
    /// What the classifier says of each text, where there is one.
    let scores: [Float]

    init(_ name: String) throws {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "gguf", subdirectory: "Fixtures/Encoders")
        )
        file = try GGUFFile.open(path: url.path)
        var numbers = try #require(try file.metadata.integers("fixture.texts"))[...]
        var types = try #require(try file.metadata.integers("fixture.types"))[...]
        let tensor = try #require(file.tensor(named: "fixture.rows"))
        var values = Array(file.bytes(of: tensor).bindMemory(to: Float.self))[...]
        var texts: [(tokens: [Int32], types: [Int32])] = []
        var rows: [[Float]] = []
        while let count = numbers.popFirst() {
            texts.append((numbers.prefix(count).map { Int32($0) }, types.prefix(count).map { Int32($0) }))
            rows.append(Array(values.prefix(count * tensor.columns)))
            numbers = numbers.dropFirst(count)
            types = types.dropFirst(count)
            values = values.dropFirst(count * tensor.columns)
        }
        self.texts = texts
        self.rows = rows
        scores = try file.metadata.floats("fixture.score") ?? []
    }

    /// The same model with its layers' matrices in another format, and what else is wanted.
    func converted(to format: TensorFormat = .f32, _ change: (inout GGUFWriter) throws -> Void = { _ in }) throws
        -> GGUFFile
    {
        var writer = GGUFWriter()
        for key in file.metadata.keys where !key.hasPrefix("fixture.") { writer.metadata[key] = file.metadata[key] }
        for tensor in file.tensors where tensor.name != "fixture.rows" {
            let floats = Array(file.bytes(of: tensor).bindMemory(to: Float.self))
            if tensor.rows > 1, tensor.name.contains("blk."), !tensor.name.contains("rel_b") {
                try writer.add(
                    tensor.name,
                    shape: tensor.shape,
                    format: format,
                    bytes: TinyModel.packed(floats, format)
                )
            } else {
                try writer.add(tensor.name, shape: tensor.shape, floats: floats)
            }
        }
        try change(&writer)
        return try openTemporary(try writer.encoded())
    }
}

extension EncoderOptions {
    /// One thread, because tests run side by side.
    static func small(_ change: (inout EncoderOptions) -> Void = { _ in }) -> EncoderOptions {
        var options = EncoderOptions()
        options.threadCount = 1
        options.maximumRowCount = 300
        change(&options)
        return options
    }
}

extension Encoder {
    /// The rows of each text of a batch.
    func rows(of texts: [(tokens: [Int32], types: [Int32])]) throws -> [[Float]] {
        var batch = EncoderBatch()
        for text in texts { batch.append(tokens: text.tokens, types: text.types) }
        let rows = try encode(batch)
        return batch.texts.map { text in text.flatMap { Array(rows[$0]) } }
    }
}

/// The cosine of the angle between two vectors.
func cosineSimilarity(_ left: [Float], _ right: [Float]) -> Double {
    let dot = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let lengths = [left, right].map { $0.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
    return dot / (lengths[0] * lengths[1])
}
