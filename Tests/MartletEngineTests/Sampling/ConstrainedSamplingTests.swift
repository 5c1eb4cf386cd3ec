import MartletCore
import MartletEngine
import Synchronization
import Testing

@Suite("Sampling under a constraint")
struct ConstrainedSamplingTests {
    /// Draws from the same scores again and again, at a constraint's first place.
    private func draw(
        _ scores: [Float],
        _ options: SamplingOptions,
        _ constraint: ListConstraint,
        endTokens: Set<Int32> = [],
        count: Int
    ) throws -> [Int] {
        let chain = try SamplerChain(options, vocabularyCount: scores.count)
        var active: ActiveConstraint? = ActiveConstraint(
            constraint,
            endTokens: endTokens,
            vocabularyCount: scores.count
        )
        var counts = [Int](repeating: 0, count: scores.count)
        for _ in 0..<count {
            let token = try scores.withUnsafeBufferPointer {
                try chain.sample(from: $0, history: [], constraint: &active)
            }
            counts[Int(token.rawValue)] += 1
        }
        return counts
    }

    private static let chains: [(name: String, change: @Sendable (inout SamplingOptions) -> Void)] = [
        ("the defaults", { _ in }),
        ("top-k alone", { $0 = neutral(topK: 10) }),
        ("no limit", { $0 = neutral(topK: 0) }),
        ("a temperature", { $0.temperature = 1.7 }),
        ("top-p alone", { $0 = neutral(topK: 0, topP: 0.8) }),
        ("min-p alone", { $0 = neutral(topK: 0, minP: 0.1) }),
        ("typical", { $0.typicalP = 0.9 }),
        (
            "a bias",
            {
                $0.logitBias = [TokenID(7): 4, TokenID(8): -.infinity]
            }
        ),
    ]

    private static func neutral(topK: Int, topP: Float = 1, minP: Float = 0) -> SamplingOptions {
        var options = SamplingOptions()
        options.topK = topK
        options.topP = topP
        options.minP = minP
        options.temperature = 1
        return options
    }

    /// The distribution of a chain over scores whose banned tokens are minus infinity, by the slow steps.
    private func expected(_ scores: [Float], _ options: SamplingOptions, allowed: Set<Int32>) -> [Double] {
        var slow = scores.map(Double.init)
        for (token, bias) in options.logitBias { slow[Int(token.rawValue)] += Double(bias) }
        slow = SlowSampling.keep(allowed.map(Int.init), of: slow)
        if options.topK > 0 { slow = SlowSampling.topK(slow, options.topK) }
        if options.typicalP < 1 { slow = SlowSampling.typical(slow, Double(options.typicalP)) }
        if options.topP < 1 { slow = SlowSampling.topP(slow, Double(options.topP)) }
        if options.minP > 0 { slow = SlowSampling.minP(slow, Double(options.minP)) }
        return SlowSampling.probabilities(slow.map { $0 / Double(options.temperature) })
    }

    @Test("draws follow the chain over the allowed tokens", arguments: [2, 30, 250], chains.indices)
    func distribution(allowedCount: Int, chain: Int) throws {
        let scores = randomScores(count: 300, seed: 21, spread: 4)
        var options = SamplingOptions()
        Self.chains[chain].change(&options)
        options.seed = 5
        var random = RandomGenerator(seed: UInt64(allowedCount))
        var allowed: Set<Int32> = []
        while allowed.count < allowedCount { allowed.insert(Int32(random.next() % 300)) }
        let probabilities = expected(scores, options, allowed: allowed)
        let counts = try draw(scores, options, ListConstraint([allowed]), count: 5_000)
        var statistic = 0.0
        var degrees = -1.0
        var impossibleCount = 0
        // Rare tokens together, so that every expectation is large enough for the statistic.
        var rest = (expected: 0.0, count: 0)
        for (count, probability) in zip(counts, probabilities) {
            let expected = probability * 5_000
            if probability == 0 {
                impossibleCount += count
            } else if expected < 5 {
                rest.expected += expected
                rest.count += count
            } else {
                statistic += (Double(count) - expected) * (Double(count) - expected) / expected
                degrees += 1
            }
        }
        if rest.expected >= 5 {
            statistic += (Double(rest.count) - rest.expected) * (Double(rest.count) - rest.expected) / rest.expected
            degrees += 1
        }
        #expect(impossibleCount == 0, "\(Self.chains[chain].name)")
        // The normal approximation of the statistic at four deviations; the seeds are fixed.
        #expect(statistic < degrees + 4 * (2 * max(degrees, 1)).squareRoot() + 4, "\(Self.chains[chain].name)")
    }

    @Test("greedy takes the best allowed token, wherever it stands")
    func greedy() throws {
        let scores = (0..<1_000).map { Float($0) / 10 }
        for allowed in [[999], [3, 998], [0, 1], [500]] as [Set<Int32>] {
            let counts = try draw(scores, .greedy, ListConstraint([allowed]), count: 2)
            #expect(counts[Int(allowed.max() ?? 0)] == 2)
        }
    }

    @Test("the vocabulary is looked through only where the likely tokens won't do")
    func laziness() throws {
        let scores = randomScores(count: 50_000, seed: 2)
        let best = scores.indices.sorted { scores[$0] > scores[$1] }.map { Int32($0) }
        var options = SamplingOptions()
        options.seed = 1
        for (options, allowed, asked, filled) in [
            (.greedy, Set(best.prefix(1)), 1, 0),
            (.greedy, Set(best[20...]), 22, 0),
            (.greedy, Set(best[40_000...]), 36, 1),
            (options, Set(best.prefix(40)), 40, 0),
            (options, Set(best[30...]), 70, 0),
            (options, Set(best[40_000...]), 112, 1),
        ] as [(SamplingOptions, Set<Int32>, Int, Int)] {
            let constraint = ListConstraint([allowed])
            _ = try draw(scores, options, constraint, count: 1)
            #expect(constraint.tally.asked.load(ordering: .relaxed) <= asked)
            #expect(constraint.tally.filled.load(ordering: .relaxed) == filled)
        }
    }

    @Test("an end token may come exactly where the form may end")
    func endTokens() throws {
        let scores: [Float] = [0, 1, 2, 9]
        for options in [.greedy, Self.neutral(topK: 2), Self.neutral(topK: 0)] as [SamplingOptions] {
            let open = try draw(scores, options, ListConstraint([[1, 3]]), endTokens: [3], count: 50)
            #expect(open == [0, 50, 0, 0])
            let closed = try draw(scores, options, ListConstraint([[1]], ends: [0]), endTokens: [3], count: 50)
            #expect(closed[3] > 40 && closed[0] == 0 && closed[2] == 0)
        }
    }

    @Test("no allowed token is an error that names the form")
    func deadEnd() throws {
        var banned = SamplingOptions()
        banned.logitBias = [TokenID(1): -.infinity]
        let cases: [(SamplingOptions, Set<Int32>)] = [
            (.greedy, []), (SamplingOptions(), []), (Self.neutral(topK: 0), []), (banned, [1]),
        ]
        for (options, allowed) in cases {
            let error = #expect(throws: EngineError.self) {
                try draw([0, 1, 2], options, ListConstraint([allowed, [1]]), count: 1)
            }
            #expect(error?.code == .deadEnd)
            #expect(error?.failureKind == .invalidRequest(parameter: "response_format"))
        }
    }
}
