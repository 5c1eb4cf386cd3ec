import Foundation
import MartletModel
import MartletWeights
import Testing

@Suite("Heads of embedding models")
struct EmbeddingHeadTests {
    private func head(_ file: GGUFFile, pooling: PoolingKind? = nil) throws -> EmbeddingHead {
        try EmbeddingHead(file: file, width: 32, prefix: "t5encoder", pooling: pooling)
    }

    private func vector(_ head: EmbeddingHead, skipping count: Int = 0, text index: Int = 2) throws -> [Float] {
        let fixture = try EncoderFixture("t5")
        let encoder = try Encoder(file: fixture.file, options: .small())
        var batch = EncoderBatch()
        for text in fixture.texts { batch.append(tokens: text.tokens) }
        return try head.vector(of: try encoder.encode(batch), text: batch.texts[index], skipping: count)
    }

    private func expected(_ kind: PoolingKind, skipping count: Int = 0) throws -> [Float] {
        let rows = try EncoderFixture("t5").rows[2]
        let all = stride(from: 0, to: rows.count, by: 32).map { Array(rows[$0..<$0 + 32]) }
        switch kind {
        case .first, .rank: return all[0]
        case .last: return all[all.count - 1]
        case .mean:
            let counted = all.dropFirst(count)
            return (0..<32).map { i in counted.reduce(Float(0)) { $0 + $1[i] } / Float(counted.count) }
        }
    }

    /// W x, W row after row.
    private func multiply(_ matrix: [Float], _ input: [Float]) -> [Float] {
        stride(from: 0, to: matrix.count, by: input.count).map { start in
            var sum: Float = 0
            for (index, value) in input.enumerated() { sum += matrix[start + index] * value }
            return sum
        }
    }

    @Test("pools as asked and brings vectors to length 1", arguments: [PoolingKind.mean, .first, .last])
    func pooling(kind: PoolingKind) throws {
        let found = try vector(try head(try EncoderFixture("t5").file, pooling: kind))
        #expect(cosineSimilarity(found, try expected(kind)) > 0.999999)
        #expect(abs(found.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }

    @Test("an instruction's rows don't count")
    func instruction() throws {
        let head = try head(try EncoderFixture("t5").file)
        #expect(head.sources[0].contains("pooling_type"))
        let found = try vector(head, skipping: 6)
        #expect(cosineSimilarity(found, try expected(.mean, skipping: 6)) > 0.999999)
        #expect(cosineSimilarity(found, try expected(.mean)) < 0.9999)
        let error = try #require(throws: ModelError.self) { _ = try vector(head, skipping: 17) }
        #expect(error.code == .invalidPlan)
    }

    @Test("dense layers follow one another, with their bias and function")
    func dense() throws {
        var random = SplitMix(state: 4)
        let first = (0..<24 * 32).map { _ in random.normal() * 0.2 }
        let second = (0..<8 * 24).map { _ in random.normal() * 0.2 }
        let bias = (0..<24).map { _ in random.normal() }
        let file = try EncoderFixture("t5").converted { writer in
            try writer.add("dense_2.weight", shape: [32, 24], floats: first)
            try writer.add("dense_2.bias", shape: [24], floats: bias)
            try writer.add("dense_3.weight", shape: [24, 8], floats: second)
            writer.metadata["martlet.dense_2.activation"] = .string("tanh")
            writer.metadata["martlet.embedding.normalize"] = .bool(false)
        }
        let head = try head(file)
        #expect(head.width == 8 && !head.normalizes && head.sources.count == 4)
        let mean = try expected(.mean)
        let inner = multiply(first, mean).enumerated().map { index, sum in tanh(sum + bias[index]) }
        let outer = multiply(second, inner)
        #expect(largestDifference(try vector(head), outer) < 1e-4)
    }

    @Test("a head that is missing or broken is an error, never a guess")
    func broken() throws {
        func failure(_ change: (inout GGUFWriter) throws -> Void) throws -> ModelError {
            let file = try EncoderFixture("t5").converted(change)
            return try #require(throws: ModelError.self) { _ = try head(file) }
        }
        let missing = try failure { $0.metadata["t5encoder.pooling_type"] = nil }
        #expect(missing.remedy.contains("--pooling"))
        #expect(try failure { $0.metadata["t5encoder.pooling_type"] = .uint32(0) }.code == .invalidConfiguration)
        #expect(try failure { $0.metadata["t5encoder.pooling_type"] = .uint32(9) }.code == .invalidConfiguration)
        let shape = try failure {
            try $0.add("dense_2.weight", shape: [31, 8], floats: .init(repeating: 0, count: 248))
        }
        #expect(shape.code == .wrongShape)
        let gap = try failure { try $0.add("dense_3.weight", shape: [32, 8], floats: .init(repeating: 0, count: 256)) }
        #expect(gap.code == .unexpectedTensor)
        let word = try failure {
            try $0.add("dense_2.weight", shape: [32, 8], floats: .init(repeating: 0, count: 256))
            $0.metadata["martlet.dense_2.activation"] = .string("swish")
        }
        #expect(word.detail.contains("swish"))
        let nan = try EncoderFixture("t5").converted {
            try $0.add("dense_2.weight", shape: [32, 1], floats: .init(repeating: .nan, count: 32))
        }
        let poisoned = try head(nan)
        #expect(throws: ModelError.self) { _ = try vector(poisoned) }
    }
}
