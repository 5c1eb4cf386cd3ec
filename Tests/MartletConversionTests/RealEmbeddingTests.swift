import Foundation
import MartletConversion
import MartletCore
import MartletEngine
import MartletModel
import MartletPrompt
import MartletWeights
import Testing

private let modelFolder = ProcessInfo.processInfo.environment["MARTLET_EMBEDDING_MODEL"]
private let answersPath = ProcessInfo.processInfo.environment["MARTLET_EMBEDDING_ANSWERS"]

/// A real model's folder against what transformers makes of it; see scripts/fixtures/make_embedding_answers.py.
@Suite(
    "A real embedding model",
    .enabled(
        if: modelFolder != nil && answersPath != nil,
        "MARTLET_EMBEDDING_MODEL and MARTLET_EMBEDDING_ANSWERS name its folder and the answers"
    )
)
struct RealEmbeddingTests {
    private struct Answer: Decodable {
        var text: String
        var ids: [Int32]
        var vector: [Float]
    }

    @Test("gives transformers' tokens and vectors, alone and among others", arguments: Decoder.availableKernels)
    func vectors(kernels: String) throws {
        let folder = try #require(modelFolder)
        let path = try #require(answersPath)
        let answers = try JSONDecoder().decode([Answer].self, from: Data(contentsOf: URL(filePath: path)))
        let file = try ConversionFixture.convert(folder)
        let tokenizer = try Tokenizer(VocabularyDescription(file.metadata))
        var options = EncoderOptions()
        options.kernels = kernels
        let encoder = try Encoder(file: file, options: options)
        let prefix = encoder.configuration.architecture.rawValue
        let head = try EmbeddingHead(file: file, width: encoder.configuration.width, prefix: prefix)
        var batch = EncoderBatch()
        for answer in answers {
            let tokens = try #require(tokenizer.encode(answer.text, with: nil)).tokens.map(\.rawValue)
            #expect(Array(tokens.prefix(511)) == Array(answer.ids.prefix(511)))
            batch.append(tokens: answer.ids)
        }
        let rows = try encoder.encode(batch)
        for (answer, text) in zip(answers, batch.texts) {
            let found = try head.vector(of: rows, text: text)
            let cosine = zip(found, answer.vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            #expect(cosine > 0.99999, "\(answer.text.prefix(30))")
        }
    }
}
