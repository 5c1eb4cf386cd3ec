import Foundation
import MartletModel
import MartletWeights
import Testing

@Suite("Decoder errors")
struct DecoderErrorTests {
    @Test("options that can't be met name what can")
    func options() throws {
        let file = try DecoderFixture("llama").file
        func failure(_ change: (inout DecoderOptions) -> Void) throws -> ModelError {
            try #require(throws: ModelError.self) { _ = try Decoder(file: file, options: .small(change)) }
        }
        let kernels = try failure { $0.kernels = "abacus" }
        #expect(kernels.code == .invalidOption)
        #expect(kernels.remedy.contains("reference"))
        #expect(try failure { $0.kvFormat = .q8_0 }.remedy == "Use the f16 cache.")
        #expect(try failure { $0.contextLength = 0 }.code == .invalidOption)
        #expect(try failure { $0.maximumRowCount = 0 }.code == .invalidOption)
        #expect(try failure { $0.blockCount = -1 }.code == .invalidOption)
        #expect(try failure { $0.threadCount = 0 }.code == .invalidOption)
    }

    @Test("a context longer than the model's is cut to it")
    func context() throws {
        let decoder = try Decoder(file: DecoderFixture("gpt2").file, options: .small { $0.contextLength = 100_000 })
        #expect(decoder.contextLength == 128)
        #expect(decoder.cache.blockCount == 4)
    }

    @Test("plans that break the rules are refused before anything is computed")
    func plans() throws {
        let fixture = try DecoderFixture("llama")
        let decoder = try Decoder(file: fixture.file, options: .small())
        let expected = try decoder.logits(of: fixture.prompt)
        func failure(_ tokens: [Int32], at position: Int, _ blocks: [BlockIndex]) throws -> ModelError {
            var plan = StepPlan()
            plan.append(tokens: tokens, firstPosition: position, blocks: blocks, logits: .all)
            return try #require(throws: ModelError.self) { _ = try decoder.step(plan) }
        }
        #expect(try failure([], at: 0, [0]).code == .invalidPlan)
        #expect(try failure([96], at: 0, [0]).detail == "token 96")
        #expect(try failure([-1], at: 0, [0]).code == .invalidPlan)
        #expect(try failure([5], at: -1, [0]).code == .invalidPlan)
        #expect(try failure([5], at: 128, [0, 1, 2, 3, 0]).remedy.contains("longer context"))
        #expect(try failure([5], at: Int.max, [0]).code == .invalidPlan)
        #expect(try failure([5], at: 32, [0]).detail == "1 blocks for 33 positions")
        #expect(try failure([5], at: 0, [4]).detail == "block 4")
        #expect(try failure([5], at: 0, [-1]).code == .invalidPlan)
        #expect(try failure(Array(repeating: 5, count: 97), at: 0, [0, 1, 2, 3]).detail == "97 rows")
        #expect(try decoder.logits(of: fixture.prompt) == expected)
    }

    @Test("a file with random bytes in its header never traps", arguments: ["llama3", "gemma3", "gpt2"])
    func fuzz(name: String) throws {
        let fixture = try DecoderFixture(name)
        let original = Array(try Data(contentsOf: URL(filePath: fixture.file.path)))
        var random = SplitMix(state: 3)
        var plan = StepPlan()
        plan.append(tokens: [3, 4], firstPosition: 0, blocks: [0], logits: .last)
        for _ in 0..<150 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<fixture.file.dataOffset, using: &random)] = UInt8.random(
                    in: 0...255,
                    using: &random
                )
            }
            guard let file = try? openTemporary(bytes) else { continue }
            do {
                let decoder = try Decoder(file: file, options: .small { $0.threadCount = 1 })
                #expect(try decoder.step(plan).count == decoder.configuration.vocabularyCount)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
