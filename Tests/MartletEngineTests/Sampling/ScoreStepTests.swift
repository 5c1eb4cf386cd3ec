import MartletCore
import MartletEngine
import Testing

@Suite("Steps on scores agree with their slow twins")
struct ScoreStepTests {
    private func apply(_ step: some ScoreStep, _ scores: [Float], _ history: [Int32]) -> [Float] {
        var step = step
        var edited = scores
        edited.withUnsafeMutableBufferPointer { step.apply(to: $0, history: history[...]) }
        return edited
    }

    private func history(_ count: Int, distinct: Int, seed: UInt64) -> [Int32] {
        var random = RandomGenerator(seed: seed)
        return (0..<count).map { _ in Int32(Int.random(in: 0..<distinct, using: &random)) }
    }

    private func expectNear(_ found: [Float], _ expected: [Double], _ note: Comment) {
        for index in found.indices {
            let isNear =
                Double(found[index]) == expected[index]
                || abs(Double(found[index]) - expected[index]) <= 1e-4 * max(1, abs(expected[index]))
            #expect(isNear, note)
        }
    }

    @Test("penalties", arguments: [1, 5, 64, 500])
    func penalties(window: Int) {
        var options = SamplingOptions.Penalties()
        options.window = window
        options.repetition = 1.3
        options.frequency = 0.2
        options.presence = 0.7
        for seed in 0..<20 as Range<UInt64> {
            let scores = randomScores(count: 50, seed: seed)
            let text = history(Int(seed) * 10, distinct: 50, seed: seed)
            let expected = SlowSampling.penalties(scores.map(Double.init), options, text)
            expectNear(apply(PenaltiesStep(options), scores, text), expected, "seed \(seed)")
        }
    }

    @Test("no-repeat n-grams", arguments: [1, 2, 3, 4])
    func noRepeat(size: Int) {
        for seed in 0..<60 as Range<UInt64> {
            let scores = randomScores(count: 5, seed: seed)
            let text = history(Int(seed), distinct: 5, seed: seed)
            let expected = SlowSampling.banRepeats(scores.map(Double.init), size, text)
            expectNear(apply(NoRepeatNGram(size: size), scores, text), expected, "seed \(seed)")
        }
    }

    @Test("DRY", arguments: [0, 1, 2, 4])
    func dry(allowedLength: Int) {
        var options = SamplingOptions.DRY()
        options.multiplier = 0.8
        options.allowedLength = allowedLength
        for seed in 0..<80 as Range<UInt64> {
            options.window = seed % 3 == 0 ? 20 : nil
            let scores = randomScores(count: 4, seed: seed)
            let text = history(Int(seed) * 2, distinct: 2 + Int(seed % 3), seed: seed)
            let breakers: [Int32] = seed % 2 == 0 ? [] : [0]
            let expected = SlowSampling.dry(scores.map(Double.init), options, text, breakers: breakers)
            let step = DRYStep(options, breakers: breakers.map { [$0] })
            expectNear(apply(step, scores, text), expected, "seed \(seed)")
        }
    }

    @Test("DRY's penalty grows with the repeat and stops at a breaker of several tokens")
    func dryByHand() {
        var options = SamplingOptions.DRY()
        options.multiplier = 1
        options.base = 2
        options.allowedLength = 2
        // "1 2 3 4 … 1 2 3" would repeat a sequence of three: 4 costs 2^(3-2).
        let text: [Int32] = [1, 2, 3, 4, 0, 1, 2, 3]
        let zeros = [Float](repeating: 0, count: 6)
        #expect(apply(DRYStep(options, breakers: []), zeros, text) == [0, 0, 0, 0, -2, 0])
        // The breaker "1 2" leaves a repeat of one token, which is allowed.
        #expect(apply(DRYStep(options, breakers: [[1, 2]]), zeros, text) == zeros)
    }

    @Test("a repeat of a thousand tokens leaves the scores finite")
    func dryStaysFinite() {
        var options = SamplingOptions.DRY()
        options.multiplier = 5
        options.base = 4
        let edited = apply(DRYStep(options, breakers: []), [0, 0], [Int32](repeating: 1, count: 1_000))
        #expect(edited[0] == 0)
        #expect(edited[1] < -1_000_000 && edited[1].isFinite)
    }
}
