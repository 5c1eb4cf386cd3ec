import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("Scores of tokens")
struct TokenScoreTests {
    private static let wish = TokenScorer.Wish(alternativeCount: 2) {
        Array(ScriptedLoop.tokenizer.bytes(of: TokenID($0)))
    }

    /// The events' texts and the bytes of the tokens scored between them, such as `(ab)ab(c)c`.
    private func order(_ events: AsyncThrowingStream<GenerationEvent, any Error>) async throws -> String {
        var order = ""
        for try await event in events {
            switch event {
            case .text(let text): order += text
            case .thinking(let text): order += "<\(text)>"
            case .scores(let scores): order += "(\(scores.map { String(decoding: $0.bytes, as: UTF8.self) }.joined()))"
            case .promptScores(let scores): order += "[\(scores.count)]"
            case .finished(let summary): order += " \(summary.reason)"
            case .toolCall: order += "!"
            case .sources: order += "@"
            }
        }
        return order
    }

    @Test(
        "come before the text that their tokens complete, for exactly the tokens of that text",
        arguments: [
            ("abc", [], "(a)a(b)b(c)c endOfTurn"),
            ("abcde", ["cd"], "(a)a(b)b stopString"),
            ("abcde", ["cx", "zz"], "(a)a(b)b(cd)cd(e)e endOfTurn"),
            ("abcc", ["ccc"], "(a)a(b)b(cc)cc endOfTurn"),
            ("abab", ["abab"], " stopString"),
        ] as [(String, [String], String)]
    )
    func order(script: String, stops: [String], expected: String) async throws {
        let engine = try ScriptedLoop(script: script)
        var plan = engine.plan([1], stops: stops)
        plan.scores = Self.wish
        #expect(try await order(engine.submit(plan)) == expected)
    }

    @Test("of several tokens of one character come together, and at the end whatever is left")
    func multiByteCharacters() async throws {
        // The vocabulary's bytes: 3 is "a", 4 and 5 are the halves of "é".
        var description = VocabularyDescription(
            model: "gpt2",
            tokens: TokenTable(["<unk>", "<s>", "</s>", "a", "\u{C3}", "\u{A9}", "\u{120}"])
        )
        description.types = [2, 3, 3, 1, 1, 1, 1]
        description.merges = TokenTable([])
        description.preTokenizer = "gpt-2"
        let tokenizer = try Tokenizer(description)
        for (script, expected) in [
            ([3, 4, 5, 3], "(1)a(2)é(1)a endOfTurn"), ([3, 4], "(1)a(1)\u{FFFD} endOfTurn"),
            ([4, 3], "(2)\u{FFFD}a endOfTurn"), ([3, 1], "(1)a(1) endOfTurn"),
        ] as [([Int32], String)] {
            let loop = try EngineLoop(prefillRowCount: 8, requestLimit: 1) {
                ScriptedModel(vocabularyCount: 7, blockCount: 4) { history, count in
                    var scores = [Float](repeating: 0, count: count)
                    scores[history.count <= script.count ? Int(script[history.count - 1]) : 2] = 1
                    return scores
                }
            }
            var plan = GenerationPlan(
                prompt: PreparedPrompt(tokens: [1]),
                sampling: .greedy,
                contextLength: 64,
                pipeline: TextPipeline(decoder: TokenStreamDecoder(tokenizer), thinking: nil, stopStrings: [])
            )
            plan.endTokens = [2]
            plan.scores = TokenScorer.Wish(alternativeCount: 0) { tokenizer.bytes(of: TokenID($0)) }
            let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
            try loop.submit(GenerationTask(plan, events: events, cancellation: CancellationFlag()))
            var order = ""
            for try await event in stream {
                switch event {
                case .text(let text): order += text
                case .scores(let scores): order += "(\(scores.count))"
                case .finished(let summary): order += " \(summary.reason)"
                default: break
                }
            }
            #expect(order == expected)
        }
    }

    @Test("are the logarithms of the model's own distribution, whatever the sampling does to it")
    func values() async throws {
        let engine = try ScriptedLoop()
        let prompt: [Int32] = [1, 3, 4]
        var sampling = SamplingOptions()
        sampling.seed = 4
        sampling.topK = 3
        sampling.penalties.repetition = 1.5
        sampling.logitBias = [TokenID(2): -.infinity]
        var plan = engine.plan(prompt, maximum: 20, sampling: sampling)
        plan.scores = Self.wish
        var history = prompt
        for try await event in try engine.submit(plan) {
            guard case .scores(let scores) = event else { continue }
            for score in scores {
                let logits = ScriptedModel.hashed(history[...], 16).map(Double.init)
                let probabilities = SlowSampling.probabilities(logits)
                let expected = logarithm(probabilities[Int(score.token.rawValue)])
                #expect(abs(Double(score.logProbability ?? 1) - expected) < 1e-5)
                let order = SlowSampling.order(logits).prefix(2).map { Int32($0) }
                #expect(score.alternatives.map(\.token.rawValue) == order)
                #expect(score.alternatives[0].logProbability > score.alternatives[1].logProbability)
                #expect(score.alternatives[0].bytes == ScriptedLoop.tokenizer.bytes(of: TokenID(order[0])))
                history.append(score.token.rawValue)
            }
        }
        #expect(history.count == prompt.count + 20)
    }

    @Test("of the prompt come once and first, over any number of steps, nothing reused", arguments: [1, 5, 100, 200])
    func promptScores(count: Int) async throws {
        let engine = try ScriptedLoop(prefillRowCount: 16)
        let prompt = (0..<Int32(count)).map { 3 + $0 % 7 }
        _ = try await engine.submit(engine.plan(prompt, maximum: 1)).answer()
        for maximum in [0, 3] {
            var plan = engine.plan(prompt, maximum: maximum)
            plan.promptScores = Self.wish
            plan.scores = Self.wish
            var found: [TokenScore] = []
            var text = ""
            var hasBegun = false
            for try await event in try engine.submit(plan) {
                switch event {
                case .promptScores(let scores):
                    #expect(!hasBegun)
                    found = scores
                case .text(let piece): text += piece
                case .finished(let summary):
                    #expect(summary.reason == (maximum == 0 ? .length : summary.reason))
                    #expect(summary.usage.promptTokenCount == count)
                    #expect(summary.usage.reusedTokenCount == 0)
                default: break
                }
                hasBegun = true
            }
            #expect(text == ScriptedLoop.expected(prompt, count: maximum))
            #expect(found.map(\.token.rawValue) == prompt)
            #expect(found.first?.logProbability == nil)
            #expect(found.first?.alternatives.isEmpty == true)
            for index in 1..<max(count, 1) {
                let logits = ScriptedModel.hashed(prompt[..<index], 16).map(Double.init)
                let expected = logarithm(SlowSampling.probabilities(logits)[Int(prompt[index])])
                #expect(abs(Double(found[index].logProbability ?? 1) - expected) < 1e-5)
                #expect(found[index].alternatives.count == 2)
            }
        }
    }

    @Test("are refused with beams, by name")
    func beams() async throws {
        let engine = try ScriptedLoop()
        var sampling = SamplingOptions.greedy
        sampling.beams = .init(width: 2)
        for change in [
            { $0.scores = Self.wish }, { $0.promptScores = Self.wish }, { $0.constraint = ListConstraint([[3]]) },
        ] as [(inout GenerationPlan) -> Void] {
            var plan = engine.plan([1], maximum: 3, sampling: sampling)
            change(&plan)
            let error = await #expect(throws: EngineError.self) { try await engine.submit(plan).answer() }
            #expect(error?.code == .invalidOption)
            #expect(error?.parameter == "logprobs" || error?.parameter == "response_format")
        }
    }
}
