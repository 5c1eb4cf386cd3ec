import Foundation
import MartletConversion
import MartletCore
import MartletEngine
import MartletModel
import Testing

/// Whole ways from text to vector against the reference implementations; see scripts/fixtures/make_embedding_fixtures.py.
@Suite("A local embedder gives the reference implementations' vectors")
struct LocalEmbedderTests {
    @Test("every text with every instruction", arguments: EmbeddingFixture.embedders)
    func vectors(name: String) async throws {
        let fixture = try EmbeddingFixture(name)
        let embedder = try await fixture.embedder()
        let answer = try await embedder.embed(EmbeddingRequest(fixture.answers.map(\.input)))
        for (index, expected) in fixture.answers.enumerated() {
            #expect(cosineSimilarity(answer.vectors[index], expected.vector) > 0.99999, "\(expected.input)")
            #expect(answer.tokenCounts[index] == expected.tokenCount, "\(expected.input)")
        }
        #expect(answer.cutInputs.isEmpty)
    }

    @Test("8-bit weights point the same way", arguments: EmbeddingFixture.embedders)
    func quantised(name: String) async throws {
        let fixture = try EmbeddingFixture(name)
        let embedder = try await fixture.embedder(quantised: true)
        let answer = try await embedder.embed(EmbeddingRequest(fixture.answers.map(\.input)))
        let cosines = zip(answer.vectors, fixture.answers).map { cosineSimilarity($0, $1.vector) }
        // Rows of 32 random numbers feel 8 bits more than those of real models, a decoder's last one most.
        #expect(cosines.allSatisfy { $0 > 0.998 })
        #expect(cosines.reduce(0, +) / Double(cosines.count) > 0.999)
    }

    @Test("a text's vector is the same alone, among others and in small batches", arguments: EmbeddingFixture.embedders)
    func batches(name: String) async throws {
        let fixture = try EmbeddingFixture(name)
        let embedder = try await fixture.embedder(options: { $0.cacheByteCount = 0 })
        let small = try await fixture.embedder(options: { $0.batchTokenCount = 8 })
        let together = try await embedder.embed(EmbeddingRequest(fixture.answers.map(\.input)))
        for (index, expected) in fixture.answers.enumerated() {
            let alone = try await embedder.embed(EmbeddingRequest([expected.input]))
            #expect(largestDifference(alone.vectors[0], together.vectors[index]) < 1e-5)
            let apart = try await small.embed(EmbeddingRequest([expected.input]))
            #expect(largestDifference(apart.vectors[0], together.vectors[index]) < 1e-5)
        }
        let apart = try await small.embed(EmbeddingRequest(fixture.answers.map(\.input)))
        for (left, right) in zip(apart.vectors, together.vectors) { #expect(largestDifference(left, right) < 1e-5) }
    }

    @Test("what the vector is made of is said, with where that is written")
    func sources() async throws {
        let instructor = try await EmbeddingFixture("instructor").embedder()
        #expect(instructor.details.instructions == .excluded && instructor.information.width == 24)
        let sources = instructor.information.sources.joined(separator: "\n")
        #expect(sources.contains("pooling mean: t5encoder.pooling_type"))
        #expect(sources.contains("dense 32 to 24"))
        #expect(sources.contains("instructions excluded"))
        let qwen = try await EmbeddingFixture("qwen3-embedding").embedder()
        #expect(qwen.details.pooling == .last && qwen.details.instructions == .included)
    }

    @Test("pairs get the reference's scores", arguments: EmbeddingFixture.rerankers)
    func scores(name: String) async throws {
        let fixture = try EmbeddingFixture(name)
        let reranker = try await fixture.reranker()
        let texts = fixture.pairs.map(\.text)
        let answer = try await reranker.rank(
            RankRequest(query: fixture.pairs[0].query, texts: texts, cutsLongTexts: true)
        )
        for (score, pair) in zip(answer.scores, fixture.pairs) {
            #expect(abs(score - pair.score) < 1e-4, "\(pair.text.prefix(30))")
        }
        #expect(answer.tokenCount == fixture.pairs.reduce(0) { $0 + $1.tokenCount })
    }

    @Test("files say what they are for")
    func kinds() throws {
        func kind(_ name: String) throws -> ModelKind {
            try EmbeddingFixture(name).withFile { try ModelKind(file: $0) }
        }
        #expect(try kind("bert") == .embedder && kind("qwen3-embedding") == .embedder)
        #expect(try kind("reranker") == .reranker && kind("bert-reranker") == .reranker)
        #expect(try kind("qwen3") == .decoder)
        #expect(throws: (any Error).self) { try ModelKind(file: "/dev/null") }
    }
}
