import MartletCore
import MartletEngine
import Testing

@Suite("Sampling without top-k")
struct WholeVocabularyTests {
    private func options(topP: Float = 1, minP: Float = 0, temperature: Float = 1) -> SamplingOptions {
        var options = SamplingOptions()
        options.topK = 0
        options.topP = topP
        options.minP = minP
        options.temperature = temperature
        options.seed = 3
        return options
    }

    @Test("draws follow the slow twin, from peaked to flat distributions", arguments: [0.1, 2.0, 8.0], 0..<6)
    func distribution(spread: Double, chain: Int) throws {
        let all = [
            options(), options(temperature: 0.6), options(topP: 0.9), options(topP: 0.5, minP: 0.05, temperature: 1.5),
            options(minP: 0.2), options(topP: 0.999),
        ]
        let options = all[chain]
        let scores = randomScores(count: 4_099, seed: 17, spread: spread)
        var slow = scores.map(Double.init)
        if options.topP < 1 { slow = SlowSampling.topP(slow, Double(options.topP)) }
        if options.minP > 0 { slow = SlowSampling.minP(slow, Double(options.minP)) }
        let probabilities = SlowSampling.probabilities(slow.map { $0 / Double(options.temperature) })
        let sampler = try SamplerChain(options, vocabularyCount: scores.count)
        // Pearson's statistic over 32 classes of equal probability, tokens by falling probability.
        var classes = [Int](repeating: 0, count: scores.count)
        var weights = [Double](repeating: 0, count: 32)
        var sum = 0.0
        for index in probabilities.indices.sorted(by: { probabilities[$0] > probabilities[$1] }) {
            classes[index] = min(31, Int(sum * 32))
            weights[classes[index]] += probabilities[index]
            sum += probabilities[index]
        }
        var counts = [Int](repeating: 0, count: 32)
        var impossibleCount = 0
        let total = 1_200
        for _ in 0..<total {
            let token = try scores.withUnsafeBufferPointer { try sampler.sample(from: $0, history: []) }
            if probabilities[Int(token.rawValue)] == 0 { impossibleCount += 1 }
            counts[classes[Int(token.rawValue)]] += 1
        }
        #expect(impossibleCount == 0)
        var statistic = 0.0
        for (count, weight) in zip(counts, weights) where weight * Double(total) >= 5 {
            let expected = weight * Double(total)
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        // 31 degrees of freedom: 61.1 is passed by one seed in a thousand; the seed is fixed.
        #expect(statistic < 61.1)
    }

    @Test("log-probabilities are those of double precision", arguments: [1, 15, 16, 63, 64, 65, 1_000])
    func logProbabilities(count: Int) throws {
        let wish = TokenScorer.Wish(alternativeCount: 5) { [UInt8(truncatingIfNeeded: $0)] }
        var scorer = TokenScorer(wish)
        for (seed, spread) in [(1, 0.01), (2, 3.0), (3, 40.0), (4, 1_000.0)] as [(UInt64, Double)] {
            let scores = randomScores(count: count, seed: seed, spread: spread)
            let highest = Double(scores.max() ?? 0)
            let sum = highest + logarithm(scores.reduce(0.0) { $0 + power(2.718281828459045, Double($1) - highest) })
            let order = SlowSampling.order(scores.map(Double.init))
            for token in [0, count / 2, count - 1] {
                let score = try scores.withUnsafeBufferPointer { try scorer.score(Int32(token), $0) }
                let expected = Double(scores[token]) - sum
                let tolerance = 2e-6 * max(1, abs(Double(scores[token])), abs(highest))
                #expect(abs(Double(score.logProbability ?? 1) - expected) < tolerance)
                #expect(score.bytes == [UInt8(truncatingIfNeeded: token)])
                #expect(score.alternatives.map { Int($0.token.rawValue) } == Array(order.prefix(5)))
                for alternative in score.alternatives where alternative.token == score.token {
                    #expect(alternative.logProbability == score.logProbability)
                }
            }
        }
    }

    @Test("tokens that are ruled out have no probability, and NaN is an error")
    func extremes() throws {
        var scorer = TokenScorer(TokenScorer.Wish(alternativeCount: 3) { _ in [] })
        let scores: [Float] = [-.infinity, 5, -.infinity, -200]
        let score = try scores.withUnsafeBufferPointer { try scorer.score(0, $0) }
        #expect(score.logProbability == -.infinity)
        #expect(score.alternatives.map(\.token.rawValue) == [1, 3])
        #expect(score.alternatives.first?.logProbability == 0)
        #expect(throws: EngineError.self) {
            try ([1, .nan] as [Float]).withUnsafeBufferPointer { try scorer.score(0, $0) }
        }
    }
}
