import Foundation
import MartletCore
import MartletEngine
import Testing

@Suite("Beam search")
struct BeamSearchTests {
    /// One answer of Hugging Face's `generate`; made by scripts/fixtures/beam_search.py.
    struct Golden: Decodable {
        var prompt: [Int32]
        var beams: Int
        var lengthPenalty: Float
        var end: [Int32]
        var ngram: Int
        var repetition: Float
        var maximum: Int
        var answers: [[Int32]]
        var scores: [Float]
    }

    private static let vocabularyCount = 24

    /// The table that the fixture's model looks its scores up in.
    private static func scores(_ history: ArraySlice<Int32>) -> [Float] {
        let (before, last) = (Int(history[history.endIndex - 2]), Int(history[history.endIndex - 1]))
        return (0..<vocabularyCount).map { token in
            let mixed = before * 7919 + last * 104_729 + token * 15_485_863 + before * last * 31 + last * token * 17
            return Float(Double(mixed % 1009) / 250)
        }
    }

    /// Runs a search to its end.
    private static func run(_ search: inout BeamSearch, prompt: [Int32]) throws {
        var histories = [prompt]
        while true {
            let rows = histories.map { scores($0[...]) }
            let flat = Array(rows.joined())
            let continuations = try flat.withUnsafeBufferPointer { all in
                try search.advance { UnsafeBufferPointer(rebasing: all[($0 * 24)..<($0 * 24 + 24)]) }
            }
            if continuations.isEmpty { return }
            histories = continuations.map { histories[$0.parent] + [$0.token] }
            #expect(
                histories.map { (history: [Int32]) in Array(history[prompt.count...]) } == search.running.map(\.tokens)
            )
        }
    }

    @Test("all hypotheses and their scores equal Hugging Face's over beams, length penalties, ends and bans")
    func golden() throws {
        let url = try #require(
            Bundle.module.url(forResource: "beam_search", withExtension: "json", subdirectory: "Fixtures")
        )
        let cases = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
        #expect(cases.count > 100)
        for golden in cases {
            var options = SamplingOptions.greedy
            options.noRepeatNGramSize = golden.ngram
            options.penalties.repetition = golden.repetition
            var search = try BeamSearch(
                options,
                beams: .init(width: golden.beams, lengthPenalty: golden.lengthPenalty),
                prompt: golden.prompt,
                endTokens: Set(golden.end),
                maximumTokenCount: golden.maximum,
                vocabularyCount: Self.vocabularyCount
            )
            try Self.run(&search, prompt: golden.prompt)
            #expect(search.finished.map(\.tokens) == golden.answers, "\(golden)")
            for (found, expected) in zip(search.finished, golden.scores) {
                #expect(abs(found.score - expected) < 1e-3)
            }
            let best = golden.answers[0]
            let answer = search.answer()
            #expect(answer == (golden.end.contains(best[best.count - 1]) ? Array(best.dropLast()) : best))
            #expect(search.endsTurn(answer) == golden.end.contains(best[best.count - 1]))
        }
    }

    @Test("a sampled beam of one draws from the filtered distribution")
    func sampledDistribution() throws {
        var options = SamplingOptions()
        options.topK = 6
        options.topP = 1
        options.minP = 0
        options.temperature = 1.5
        var counts = [Int](repeating: 0, count: 24)
        for seed in 0..<4_000 as Range<UInt64> {
            options.seed = seed
            var search = try BeamSearch(
                options,
                beams: .init(width: 1, isSampled: true),
                prompt: [3, 5],
                endTokens: [],
                maximumTokenCount: 1,
                vocabularyCount: 24
            )
            try Self.run(&search, prompt: [3, 5])
            // Two are drawn without replacement, and the first drawn is the one that counts.
            counts[Int(search.finished[0].tokens[0])] += 1
        }
        let scores = SlowSampling.topK(Self.scores([3, 5]).map(Double.init), 6)
        let probabilities = SlowSampling.probabilities(scores.map { $0 / 1.5 })
        var statistic = 0.0
        for (count, probability) in zip(counts, probabilities) where probability > 0 {
            let expected = 4_000 * probability
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        #expect(zip(counts, probabilities).allSatisfy { $0 == 0 || $1 > 0 })
        // 5 degrees of freedom: 20.5 is passed by one set of seeds in a thousand; the seeds are fixed.
        #expect(statistic < 20.5)
    }

    @Test("a sampled beam repeats with its seed, varies with another, and keeps n-grams from coming twice")
    func sampledBeam() throws {
        func answer(seed: UInt64) throws -> [Int32] {
            var options = SamplingOptions()
            options.topK = 20
            options.topP = 0.9
            options.temperature = 1.5
            options.noRepeatNGramSize = 2
            options.seed = seed
            var search = try BeamSearch(
                options,
                beams: .init(width: 20, isSampled: true, lengthPenalty: -0.5, returnedCount: 3),
                prompt: [3, 5],
                endTokens: [0],
                maximumTokenCount: 40,
                vocabularyCount: 24
            )
            try Self.run(&search, prompt: [3, 5])
            return search.answer()
        }
        #expect(try answer(seed: 1) == answer(seed: 1))
        let answers = try (0..<20).map { try answer(seed: UInt64($0)) }
        #expect(Set(answers).count > 3)
        for answer in answers {
            let text = [3, 5] + answer
            let pairs = zip(text, text.dropFirst()).map { [$0, $1] }
            #expect(Set(pairs).count == pairs.count)
        }
    }

    @Test("an answer is drawn among the best hypotheses asked for, and from no others")
    func returnedCount() throws {
        var seen: Set<[Int32]> = []
        var best: [[Int32]] = []
        for seed in 0..<60 as Range<UInt64> {
            var options = SamplingOptions.greedy
            options.seed = seed
            var search = try BeamSearch(
                options,
                beams: .init(width: 5, returnedCount: 3),
                prompt: [1, 2],
                endTokens: [],
                maximumTokenCount: 6,
                vocabularyCount: 24
            )
            try Self.run(&search, prompt: [1, 2])
            best = search.finished.map(\.tokens)
            seen.insert(search.answer())
        }
        #expect(seen == Set(best.prefix(3)))
    }

    @Test("when every token is banned, the error names the options that ban them")
    func allBanned() throws {
        var options = SamplingOptions.greedy
        for token in 0..<24 as Range<Int32> { options.logitBias[TokenID(token)] = -.infinity }
        var search = try BeamSearch(
            options,
            beams: .init(width: 2),
            prompt: [1, 2],
            endTokens: [],
            maximumTokenCount: 6,
            vocabularyCount: 24
        )
        let error = #expect(throws: EngineError.self) { try Self.run(&search, prompt: [1, 2]) }
        #expect(error?.code == .invalidScores)
    }
}
