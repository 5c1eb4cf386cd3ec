import Foundation
import MartletModel
import MartletWeights
import Testing

@Suite("Encoder errors")
struct EncoderErrorTests {
    private func failure(of batch: EncoderBatch, in encoder: Encoder) throws -> ModelError {
        try #require(throws: ModelError.self) { _ = try encoder.encode(batch) }
    }

    private func batch(_ texts: [[Int32]], types: [Int32]? = nil) -> EncoderBatch {
        var batch = EncoderBatch()
        for text in texts { batch.append(tokens: text, types: types) }
        return batch
    }

    @Test("batches that break the rules are refused before anything is computed")
    func batches() throws {
        let fixture = try EncoderFixture("bert")
        let encoder = try Encoder(file: fixture.file, options: .small())
        #expect(try failure(of: batch([]), in: encoder).detail == "0 tokens")
        #expect(try failure(of: batch([[3], []]), in: encoder).detail == "a text without tokens")
        #expect(try failure(of: batch([[3, 90]]), in: encoder).detail == "token 90")
        #expect(try failure(of: batch([[-1]]), in: encoder).code == .invalidPlan)
        #expect(try failure(of: batch([[3]], types: [2]), in: encoder).detail == "segment 2")
        let long = [Int32](repeating: 5, count: 161)
        #expect(try failure(of: batch([long]), in: encoder).remedy.contains("at most 160"))
        let many = [[Int32]](repeating: [5, 6, 7], count: 101)
        #expect(try failure(of: batch(many), in: encoder).detail == "303 tokens")
        #expect(try encoder.rows(of: [fixture.texts[1]]).count == 1)
    }

    @Test("options and architectures that can't be met name what can")
    func options() throws {
        let file = try EncoderFixture("bert").file
        let kernels = try #require(throws: ModelError.self) {
            _ = try Encoder(file: file, options: .small { $0.kernels = "abacus" })
        }
        #expect(kernels.remedy.contains("reference"))
        let decoder = try #require(throws: ModelError.self) {
            _ = try Encoder(file: try DecoderFixture("llama").file, options: .small())
        }
        #expect(decoder.code == .unknownArchitecture && decoder.detail.contains("t5encoder"))
    }

    @Test("a layer's tensor that nothing asked for is refused")
    func extraTensor() throws {
        let file = try EncoderFixture("t5").converted { writer in
            try writer.add("enc.blk.0.attn_sinks.weight", shape: [4], floats: [1, 2, 3, 4])
        }
        let error = try #require(throws: ModelError.self) { _ = try Encoder(file: file, options: .small()) }
        #expect(error.code == .unexpectedTensor)
    }

    @Test("a file with random bytes in its header never traps", arguments: ["bert", "t5-gated", "nomic-bert"])
    func fuzz(name: String) throws {
        let fixture = try EncoderFixture(name)
        let original = Array(try Data(contentsOf: URL(filePath: fixture.file.path)))
        var random = SplitMix(state: 5)
        var readable = 0
        for _ in 0..<300 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<4000, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let file = try? openTemporary(bytes), let encoder = try? Encoder(file: file, options: .small()) else {
                continue
            }
            readable += 1
            _ = try? encoder.rows(of: [fixture.texts[1]])
            _ = try? EmbeddingHead(file: file, width: encoder.configuration.width, prefix: name)
        }
        #expect(readable > 0)
    }
}
