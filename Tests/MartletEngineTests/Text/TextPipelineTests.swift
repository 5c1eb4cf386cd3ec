import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("From tokens to events")
struct TextPipelineTests {
    /// A loop whose model says `script`, with a vocabulary that has the thinking tags' characters.
    private func answer(
        _ script: String,
        thinking: ThinkingFilter?,
        stops: [String] = [],
        isScored: Bool = false
    ) async throws -> Answer {
        let letters = Array("abcdefghijklmnopqrstuvwxyz<>/ \u{E9}".unicodeScalars).map(String.init)
        var description = VocabularyDescription(
            model: "llama",
            tokens: TokenTable(["<unk>", "<s>", "</s>"] + letters)
        )
        description.types = [2, 3, 3] + Array(repeating: 1, count: letters.count)
        description.scores = (0..<(letters.count + 3)).map { -Float($0) }
        let tokenizer = try Tokenizer(description)
        let tokens = script.unicodeScalars.compactMap { scalar in
            letters.firstIndex(of: String(scalar)).map { Int32($0 + 3) }
        }
        let count = letters.count + 3
        let loop = try EngineLoop(prefillRowCount: 8, requestLimit: 1) {
            ScriptedModel(vocabularyCount: count, blockCount: 16) { history, count in
                var scores = [Float](repeating: 0, count: count)
                scores[history.count <= tokens.count ? Int(tokens[history.count - 1]) : 2] = 1
                return scores
            }
        }
        var plan = GenerationPlan(
            prompt: PreparedPrompt(tokens: [1]),
            sampling: .greedy,
            contextLength: 512,
            pipeline: TextPipeline(decoder: TokenStreamDecoder(tokenizer), thinking: thinking, stopStrings: stops)
        )
        plan.endTokens = [2]
        if isScored {
            plan.scores = TokenScorer.Wish(alternativeCount: 0) { tokenizer.bytes(of: TokenID($0)) }
        }
        let (stream, events) = AsyncThrowingStream.makeStream(of: GenerationEvent.self)
        try loop.submit(GenerationTask(plan, events: events, cancellation: CancellationFlag()))
        return try await stream.answer()
    }

    @Test("thinking comes apart from the answer, and without a filter all of it is the answer")
    func thinking() async throws {
        let script = "<think>hm hm</think>yes \u{E9}"
        let apart = try await answer(script, thinking: ThinkingFilter([.think]))
        #expect(apart.thinking == "hm hm")
        #expect(apart.text == "yes \u{E9}")
        // The tags' tokens count too, but those of the opening tag before its last.
        #expect(apart.summary?.usage.thinkingTokenCount == ">hm hm</think>".count)
        #expect(apart.summary?.usage.generatedTokenCount == script.unicodeScalars.count)
        let together = try await answer(script, thinking: nil)
        #expect(together.text == script)
        #expect(together.thinking.isEmpty)
        #expect(together.summary?.usage.thinkingTokenCount == 0)
    }

    @Test("a template that opened the thinking makes the answer begin inside it")
    func startsInside() async throws {
        let found = try await answer("hm</think>yes", thinking: ThinkingFilter([.think], startsInside: true))
        #expect(found.thinking == "hm")
        #expect(found.text == "yes")
    }

    @Test("a stop string within the thinking ends nothing, and within the answer everything")
    func stopInThinking() async throws {
        let found = try await answer(
            "<think>stop it</think>go stop <think>more</think>on",
            thinking: ThinkingFilter([.think]),
            stops: ["stop"]
        )
        #expect(found.thinking == "stop it")
        #expect(found.text == "go ")
        #expect(found.summary?.reason == .stopString)
    }

    @Test("an end within the thinking keeps it as thinking")
    func unfinishedThinking() async throws {
        let found = try await answer("<think>hm", thinking: ThinkingFilter([.think]))
        #expect(found.thinking == "hm")
        #expect(found.text.isEmpty)
    }

    @Test("scores come with the text of their tokens, thinking or answer, each once and in order")
    func scores() async throws {
        for (script, stops, count) in [
            ("<think>hm</think>yes", [], 20), ("<think>hm", [], 9), ("ab<think>c</think>de", ["x"], 20),
            ("<think>stop</think>go stop it", ["stop"], 22), ("a <b", [], 4), ("abab</think> ", ["abc"], 13),
        ] as [(String, [String], Int)] {
            let found = try await answer(script, thinking: ThinkingFilter([.think]), stops: stops, isScored: true)
            #expect(found.scoredText == String(script.prefix(count)), "\(script)")
            #expect(found.isScoredFirst, "\(script)")
        }
    }
}
