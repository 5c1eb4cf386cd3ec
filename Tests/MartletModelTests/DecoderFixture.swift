import MartletModel
import MartletWeights
import Testing

import class Foundation.Bundle
import struct Foundation.URL

/// A tiny model with the answers of Hugging Face transformers inside; see scripts/fixtures/make_decoder_fixtures.py.
struct DecoderFixture {
    static let names = [
        "llama", "llama3", "llama-biased", "mistral", "qwen2", "qwen2-yarn", "qwen3", "gemma2", "gemma3", "phi3",
        "phi3-longrope", "gpt2",
    ]

    let file: GGUFFile
    let prompt: [Int32]
    let greedy: [Int32]
    /// The prompt's logits, `[positions][V]`.
    let logits: [Float]

    init(_ name: String) throws {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "gguf", subdirectory: "Fixtures"))
        file = try GGUFFile.open(path: url.path)
        prompt = try #require(try file.metadata.integers("fixture.prompt")).map(Int32.init)
        greedy = try #require(try file.metadata.integers("fixture.greedy")).map(Int32.init)
        let tensor = try #require(file.tensor(named: "fixture.logits"))
        logits = Array(file.bytes(of: tensor).bindMemory(to: Float.self))
    }
}

extension DecoderOptions {
    /// Small enough for fixtures, logits for every row; one thread, because tests run side by side.
    static func small(_ change: (inout DecoderOptions) -> Void = { _ in }) -> DecoderOptions {
        var options = DecoderOptions()
        options.threadCount = 1
        options.contextLength = 128
        options.maximumRowCount = 96
        options.maximumLogitRowCount = 96
        change(&options)
        return options
    }
}

extension Decoder {
    /// Runs one sequence's tokens in chunks, on the blocks of `table`, and gives every position's logits.
    func logits(
        of tokens: [Int32],
        chunks: [Int]? = nil,
        firstPosition: Int = 0,
        table: [BlockIndex]? = nil
    ) throws -> [Float] {
        let table = table ?? (0..<BlockIndex(cache.blockCount)).map { $0 }
        var plan = StepPlan()
        var result: [Float] = []
        var start = 0
        for count in chunks ?? [tokens.count] {
            plan.removeAll()
            plan.append(
                tokens: tokens[start..<start + count],
                firstPosition: firstPosition + start,
                blocks: table,
                logits: .all
            )
            result.append(contentsOf: try step(plan))
            start += count
        }
        return result
    }
}

/// The largest difference of two rows of numbers; infinite when they don't match in length or hold a NaN.
func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(worst, difference)
    }
}

/// Index of the largest number.
func best(_ logits: some Collection<Float>) -> Int32 {
    var best = (index: 0, value: -Float.infinity)
    for (index, value) in logits.enumerated() where value > best.value { best = (index, value) }
    return Int32(best.index)
}
