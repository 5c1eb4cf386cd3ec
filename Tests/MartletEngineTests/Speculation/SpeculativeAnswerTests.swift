import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("Answers computed ahead")
struct SpeculativeAnswerTests {
    /// What an answer came to.
    private struct Outcome: Equatable {
        var events: [GenerationEvent] = []
        var reason: FinishReason?
        var tokenCount: Int?
        var hasFailed = false
    }

    /// A loop whose scores depend on the last two tokens only, so that text repeats itself more or less.
    private static func engine(sharpness: Float) throws -> EngineLoop {
        let loop = try EngineLoop(prefillRowCount: 16, requestLimit: 8) {
            ScriptedModel(blockCount: 24) { history, count in
                var scores = ScriptedModel.hashed(history.suffix(2), count).map { $0 * sharpness }
                // The end of the turn comes now and then.
                scores[2] -= 0.5 * sharpness
                return scores
            }
        }
        try loop.waitUntilReady()
        return loop
    }

    private static func plan(_ change: (inout GenerationPlan) -> Void) -> GenerationPlan {
        var plan = GenerationPlan(
            prompt: PreparedPrompt(tokens: [1, 5, 6, 7, 5, 6, 7, 5, 6]),
            sampling: .greedy,
            contextLength: 200,
            pipeline: TextPipeline(decoder: TokenStreamDecoder(ScriptedLoop.tokenizer), thinking: nil, stopStrings: [])
        )
        plan.maximumTokenCount = 60
        change(&plan)
        return plan
    }

    private static func outcome(_ loop: EngineLoop, _ plan: GenerationPlan) async throws -> Outcome {
        let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
        try loop.submit(GenerationTask(plan, events: events, cancellation: CancellationFlag()))
        var outcome = Outcome()
        do {
            for try await event in stream {
                if case .finished(let summary) = event {
                    outcome.reason = summary.reason
                    outcome.tokenCount = summary.usage.generatedTokenCount
                } else {
                    outcome.events.append(event)
                }
            }
        } catch {
            outcome.hasFailed = true
        }
        return outcome
    }

    private static func sampled(_ seed: UInt64, _ change: (inout SamplingOptions) -> Void = { _ in }) -> SamplingOptions
    {
        var options = SamplingOptions()
        options.seed = seed
        change(&options)
        return options
    }

    private static let wish = TokenScorer.Wish(alternativeCount: 3) { [UInt8(truncatingIfNeeded: $0)] }

    private static let cases: [(name: String, change: @Sendable (inout GenerationPlan) -> Void)] = [
        ("greedy", { _ in }),
        ("sampled", { $0.sampling = sampled(3) }),
        ("without top-k", { $0.sampling = sampled(4) { $0.topK = 0 } }),
        (
            "penalties",
            {
                $0.sampling = sampled(5) {
                    $0.penalties.repetition = 1.3; $0.penalties.frequency = 0.2
                }
            }
        ),
        ("greedy with DRY", { $0.sampling.dry.multiplier = 0.8 }),
        (
            "XTC",
            {
                $0.sampling = sampled(6) {
                    $0.xtc.probability = 0.5; $0.xtc.threshold = 0.05
                }
            }
        ),
        ("no repeated n-grams", { $0.sampling.noRepeatNGramSize = 5 }),
        ("end tokens", { $0.endTokens = [2, 9] }),
        (
            "end tokens, sampled",
            {
                $0.sampling = sampled(7); $0.endTokens = [2]
            }
        ),
        ("scores", { $0.scores = wish }),
        (
            "scores, sampled, of the prompt too",
            {
                $0.sampling = sampled(8); $0.scores = wish; $0.promptScores = wish
            }
        ),
        (
            "a stop string",
            {
                $0.pipeline = TextPipeline(
                    decoder: TokenStreamDecoder(ScriptedLoop.tokenizer),
                    thinking: nil,
                    stopStrings: ["da", "cb", "efg"]
                )
                $0.sampling = sampled(9)
                $0.scores = wish
            }
        ),
        ("no limit but the context", { $0.maximumTokenCount = nil }),
        (
            "the context's end, shortened",
            {
                $0.maximumTokenCount = 300
                $0.continuation = { PreparedPrompt(tokens: [1] + $0.suffix(100)) }
            }
        ),
        (
            "a form",
            {
                $0.sampling = sampled(10)
                $0.constraint = ListConstraint((0..<40).map { [3 + $0 % 3, 4 + $0 % 5, 9] })
            }
        ),
        ("a dead end", { $0.constraint = ListConstraint((0..<40).map { $0 == 20 ? [] : [3, 4] }) }),
    ]

    @Test(
        "are the same events to the byte as without, in fewer steps",
        arguments: cases.indices,
        [0.5, 3, 20] as [Float]
    )
    func equality(index: Int, sharpness: Float) async throws {
        let (plain, ahead) = (try Self.engine(sharpness: sharpness), try Self.engine(sharpness: sharpness))
        for limit in [nil, 1, 2, 3, 7, 20] as [Int?] {
            let plan = Self.plan { plan in
                Self.cases[index].change(&plan)
                if let limit { plan.maximumTokenCount = limit }
            }
            var other = plan
            other.speculates = true
            let expected = try await Self.outcome(plain, plan)
            #expect(try await Self.outcome(ahead, other) == expected, "\(Self.cases[index].name)")
            // And once more from a warm cache, in which nothing rejected may be found.
            #expect(try await Self.outcome(ahead, other) == Self.outcome(plain, plan), "\(Self.cases[index].name)")
        }
        plain.close(draining: true)
        ahead.close(draining: true)
        #expect(plain.statistics.draftedTokenCount == 0)
        let statistics = ahead.statistics
        #expect(statistics.acceptedTokenCount <= statistics.draftedTokenCount)
        #expect(statistics.stepCount <= plain.statistics.stepCount)
        if index == 0, sharpness == 20 {
            #expect(statistics.acceptedTokenCount > 20)
            #expect(statistics.stepCount < plain.statistics.stepCount * 9 / 10)
        }
    }

    @Test("side by side are what each is alone")
    func sideBySide() async throws {
        let loop = try Self.engine(sharpness: 20)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<6 {
                group.addTask {
                    let plan = Self.plan { plan in
                        plan.prompt.tokens += (0..<Int32(index)).map { 4 + $0 }
                        plan.speculates = true
                    }
                    var alone = plan
                    alone.speculates = false
                    let expected = try await Self.outcome(Self.engine(sharpness: 20), alone)
                    #expect(try await Self.outcome(loop, plan) == expected)
                }
            }
            try await group.waitForAll()
        }
    }
}
