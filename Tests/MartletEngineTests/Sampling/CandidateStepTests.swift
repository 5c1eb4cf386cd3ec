import MartletEngine
import Testing

@Suite("Steps on candidates agree with their slow twins")
struct CandidateStepTests {
    private static let seeds: Range<UInt64> = 0..<30

    private func candidates(_ scores: [Float], best limit: Int? = nil) -> Candidates {
        var candidates = Candidates(capacity: scores.count)
        scores.withUnsafeBufferPointer {
            if let limit { candidates.gather(best: limit, of: $0) } else { candidates.gather($0) }
        }
        return candidates
    }

    private func expectSame(_ candidates: Candidates, _ expected: [Double], _ note: Comment) {
        let tokens = Set(candidates.storage.map { Int($0.token) })
        #expect(tokens == Set(expected.indices.filter { expected[$0] > -.infinity }), note)
        for place in 0..<candidates.sortedCount {
            for later in candidates.storage[(place + 1)...] {
                #expect(candidates.storage[place].isBetter(than: later))
            }
        }
    }

    @Test("the k best are the k best, in order", arguments: [1, 2, 3, 40, 299, 300, 301, 1000])
    func topK(limit: Int) {
        for seed in Self.seeds {
            // Few distinct scores, so that ties come at every border.
            let scores = randomScores(count: 300, seed: seed).map { ($0 * 2).rounded() }
            let expected = SlowSampling.order(scores.map(Double.init)).prefix(limit)
            #expect(candidates(scores, best: limit).storage.map { Int($0.token) } == Array(expected))
            var step = candidates(scores)
            var random = RandomGenerator(seed: 0)
            TopK(limit: limit).apply(to: &step, random: &random)
            #expect(step.storage.map { Int($0.token) } == Array(expected))
        }
    }

    @Test("banned tokens are never among the k best, even when fewer are left")
    func banned() {
        var scores = [Float](repeating: -.infinity, count: 100)
        scores[17] = 1
        scores[90] = 2
        #expect(candidates(scores, best: 10).storage.map(\.token) == [90, 17])
        #expect(candidates(scores).storage.map(\.token) == [17, 90])
    }

    @Test("top-p", arguments: [0, 0.1, 0.5, 0.9, 0.95, 0.999])
    func topP(share: Double) {
        var random = RandomGenerator(seed: 0)
        for seed in Self.seeds {
            let scores = randomScores(count: 700, seed: seed)
            for limit in [nil, 50] as [Int?] {
                var candidates = candidates(scores, best: limit)
                TopP(share: Float(share)).apply(to: &candidates, random: &random)
                var expected = scores.map(Double.init)
                if let limit { expected = SlowSampling.topK(expected, limit) }
                expectSame(candidates, SlowSampling.topP(expected, Double(Float(share))), "seed \(seed)")
            }
        }
    }

    @Test("min-p", arguments: [0.001, 0.05, 0.5, 1])
    func minP(fraction: Double) {
        var random = RandomGenerator(seed: 0)
        for seed in Self.seeds {
            let scores = randomScores(count: 700, seed: seed)
            for limit in [nil, 50] as [Int?] {
                var candidates = candidates(scores, best: limit)
                MinP(fraction: Float(fraction)).apply(to: &candidates, random: &random)
                var expected = scores.map(Double.init)
                if let limit { expected = SlowSampling.topK(expected, limit) }
                expectSame(candidates, SlowSampling.minP(expected, fraction), "seed \(seed)")
            }
        }
    }

    @Test("typical", arguments: [0.1, 0.5, 0.9, 0.99])
    func typical(share: Double) {
        var random = RandomGenerator(seed: 0)
        for seed in Self.seeds {
            let scores = randomScores(count: 700, seed: seed)
            for limit in [nil, 50] as [Int?] {
                var candidates = candidates(scores, best: limit)
                var step = Typical(share: Float(share))
                step.apply(to: &candidates, random: &random)
                var expected = scores.map(Double.init)
                if let limit { expected = SlowSampling.topK(expected, limit) }
                expectSame(candidates, SlowSampling.typical(expected, Double(Float(share))), "seed \(seed)")
            }
        }
    }

    @Test("XTC drops all top choices but the least likely of them", arguments: [0.01, 0.1, 0.3, 0.6])
    func exclude(threshold: Double) {
        var random = RandomGenerator(seed: 0)
        for seed in Self.seeds {
            let scores = randomScores(count: 700, seed: seed, spread: 6)
            for limit in [nil, 50] as [Int?] {
                var candidates = candidates(scores, best: limit)
                XTC(probability: 1, threshold: Float(threshold)).apply(to: &candidates, random: &random)
                var expected = scores.map(Double.init)
                if let limit { expected = SlowSampling.topK(expected, limit) }
                expectSame(candidates, SlowSampling.exclude(expected, threshold), "seed \(seed)")
            }
        }
    }

    @Test("XTC runs as often as asked")
    func excludeChance() {
        var random = RandomGenerator(seed: 3)
        var ran = 0
        for _ in 0..<10_000 {
            var candidates = candidates([1, 1, 1, 0])
            XTC(probability: 0.25, threshold: 0.1).apply(to: &candidates, random: &random)
            if candidates.count < 4 { ran += 1 }
        }
        #expect((2_350...2_650).contains(ran))
    }

    @Test("temperature divides the distances between scores and keeps their order")
    func temperature() {
        var random = RandomGenerator(seed: 0)
        var candidates = candidates([1, 5, 3], best: 3)
        Temperature(divisor: 0.5).apply(to: &candidates, random: &random)
        #expect(candidates.storage.map(\.token) == [1, 2, 0])
        #expect(candidates.storage.map(\.logit) == [0, -4, -8])
    }
}
