import Foundation
import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("A local model, from file to text")
struct LocalModelTests {
    /// What transformers generated; made by scripts/fixtures/engine_models.py.
    struct Golden: Decodable {
        var model: String
        var text: String
        var prompt: [Int32]
        var ngram: Int
        var beams: Int?
        var lengthPenalty: Float?
        var answer: [Int32]
    }

    private static func path(_ name: String, _ type: String = "gguf") throws -> String {
        try #require(Bundle.module.path(forResource: name, ofType: type, inDirectory: "Fixtures"))
    }

    private static func model(_ name: String = "tiny-llama", _ change: (inout LocalModelOptions) -> Void = { _ in })
        throws -> LocalModel
    {
        var options = LocalModelOptions()
        options.threadCount = 2
        change(&options)
        return try LocalModel.load(path: path(name), options: options)
    }

    private func request(
        _ text: String,
        maximum: Int? = 40,
        _ change: (inout SamplingOptions) -> Void = { _ in }
    ) -> GenerationRequest {
        var sampling = SamplingOptions.greedy
        change(&sampling)
        return GenerationRequest(.text(text), sampling: sampling, maximumTokenCount: maximum)
    }

    @Test("greedy and beam answers equal transformers' on tiny Llama and GPT-2 models")
    func golden() async throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: Self.path("tiny-models", "json")))
        let all = try JSONDecoder().decode([Golden].self, from: data)
        #expect(all.count > 20)
        for name in ["tiny-llama", "tiny-gpt2"] {
            let model = try Self.model(name)
            for golden in all where golden.model == name {
                #expect(try model.prompt(for: .text(golden.text)).map(\.rawValue) == golden.prompt)
                let answer = try await model.generate(
                    request(golden.text) { sampling in
                        sampling.noRepeatNGramSize = golden.ngram
                        if let width = golden.beams {
                            sampling.beams = .init(width: width, lengthPenalty: golden.lengthPenalty ?? 1)
                        }
                    }
                ).answer()
                let expected = model.tokenizer.decode(golden.answer.map { TokenID($0) }, isWholeText: false)
                #expect(answer.text == expected, "\(golden)")
                #expect(answer.summary?.usage.generatedTokenCount == golden.answer.count)
                #expect(answer.summary?.reason == (golden.answer.count == 40 ? .length : .endOfTurn))
            }
        }
    }

    @Test("a seed gives the same text again, with the cache warm or cold, and another seed another")
    func seeds() async throws {
        func text(_ model: LocalModel, seed: UInt64) async throws -> String {
            var request = request("Once upon a time there was a model that was very small indeed")
            request.sampling = SamplingOptions()
            request.sampling.seed = seed
            return try await model.generate(request).answer().text
        }
        let model = try Self.model()
        let first = try await text(model, seed: 7)
        #expect(try await text(model, seed: 7) == first)
        #expect(try await text(model, seed: 8) != first)
        #expect(try await text(Self.model(), seed: 7) == first)
    }

    @Test("a chat's next turn reuses the earlier ones and comes out as without")
    func chatReuse() async throws {
        let model = try Self.model()
        var messages: [ChatMessage] = [.system("You are a very small model."), .user("Hello there")]
        var reused: [Int] = []
        for _ in 0..<3 {
            let request = GenerationRequest(.messages(messages), sampling: .greedy, maximumTokenCount: 8)
            let answer = try await model.generate(request).answer()
            #expect(try await Self.model().generate(request).answer().text == answer.text)
            reused.append(answer.summary?.usage.reusedTokenCount ?? 0)
            messages += [.assistant(answer.text), .user("Go on")]
        }
        #expect(reused[0] == 0)
        #expect(reused[1] >= 32 && reused[2] >= reused[1])
    }

    @Test("a conversation longer than the context loses its oldest turns and is answered")
    func overflow() async throws {
        let model = try Self.model { $0.contextLength = 128 }
        #expect(model.information.contextLength == 128)
        var messages: [ChatMessage] = [.system("Be brief.")]
        for turn in 0..<10 { messages += [.user("Question number \(turn)"), .assistant("Answer \(turn)")] }
        messages.append(.user("And now?"))
        let request = GenerationRequest(.messages(messages), sampling: .greedy, maximumTokenCount: 20)
        let summary = try await model.generate(request).answer().summary
        let usage = try #require(summary?.usage)
        #expect(summary?.droppedTurnCount ?? 0 > 0)
        #expect(usage.promptTokenCount + 20 <= 128)
        var strict = request
        strict.contextOverflow = .fail
        let error = await #expect(throws: EngineError.self) { try await model.generate(strict).answer() }
        #expect(error?.code == .contextTooSmall)
    }

    @Test("an answer longer than the context goes on to its limit; without a limit it ends with the context")
    func longAnswer() async throws {
        let model = try Self.model { $0.contextLength = 64 }
        let ban: (inout SamplingOptions) -> Void = { sampling in
            for token in model.tokenizer.endOfGeneration { sampling.logitBias[token] = -.infinity }
        }
        for input in [.text("Once"), .messages([.user("Tell me")])] as [GenerationRequest.Input] {
            var request = request("", maximum: 150, ban)
            request.input = input
            let long = try await model.generate(request).answer().summary
            #expect(long?.reason == .length)
            #expect(long?.usage.generatedTokenCount == 150)
            request.maximumTokenCount = nil
            let full = try await model.generate(request).answer().summary
            #expect(full?.reason == .length)
            #expect(full.map { $0.usage.promptTokenCount + $0.usage.generatedTokenCount } == 65)
        }
    }

    @Test("two requests at once are both answered as each alone")
    func concurrent() async throws {
        let model = try Self.model()
        let texts = ["Once upon a time", "Hello!"]
        var alone: [String] = []
        for text in texts { alone.append(try await Self.model().generate(request(text)).answer().text) }
        async let first = model.generate(request(texts[0])).answer()
        async let second = model.generate(request(texts[1])).answer()
        #expect(try await [first.text, second.text] == alone)
    }

    @Test("the stream keeps its model alive")
    func lifetime() async throws {
        let answer = try await Self.model().generate(request("Hello!")).answer()
        #expect(answer.summary?.reason == .length)
        #expect(!answer.text.isEmpty)
    }

    @Test("cancelling the reading task ends the reading, and the model serves the next request")
    func taskCancellation() async throws {
        let model = try Self.model()
        let task = Task { [request = request("Once", maximum: 200)] in try await model.generate(request).answer() }
        task.cancel()
        _ = try await task.value
        #expect(try await model.generate(request("Hello!")).answer().summary?.reason == .length)
    }

    @Test("likelihoods are those that the sampler draws by, in one piece or many")
    func likelihoods() async throws {
        let model = try Self.model()
        let text = String(repeating: "The quick brown fox jumps over the lazy dog. ", count: 4)
        let tokens = try model.prompt(for: .text(text))
        #expect(tokens.count > 128)
        let scores = try await model.negativeLogLikelihoods(of: tokens)
        #expect(scores.count == tokens.count - 1)
        #expect(scores.allSatisfy { $0 > 0 && $0.isFinite })
        let beginning = try await model.negativeLogLikelihoods(of: Array(tokens.prefix(20)))
        for (whole, part) in zip(scores, beginning) { #expect(abs(whole - part) < 1e-3) }
        await #expect(throws: EngineError.self) {
            try await model.negativeLogLikelihoods(of: Array(repeating: TokenID(5), count: 300))
        }
        #expect(try await model.negativeLogLikelihoods(of: [TokenID(5)]).isEmpty)
    }

    @Test("a measurement counts what it was asked for and leaves no trace in the cache")
    func measurement() async throws {
        let model = try Self.model()
        let before = try await model.generate(request("Once upon a time")).answer().text
        let measured = try await model.measure(promptTokenCount: 100, generatedTokenCount: 10)
        #expect(measured.promptTokenCount == 100)
        #expect(measured.generatedTokenCount == 10)
        #expect(measured.promptDuration > .zero && measured.generationDuration > .zero)
        #expect(measured.timeToFirstToken >= measured.promptDuration)
        #expect(try await model.generate(request("Once upon a time")).answer().text == before)
        await #expect(throws: EngineError.self) {
            try await model.measure(promptTokenCount: 250, generatedTokenCount: 10)
        }
    }

    @Test("a closed model says so")
    func closed() async throws {
        let model = try Self.model()
        model.close()
        model.close()
        let error = await #expect(throws: EngineError.self) { try await model.generate(request("Hi")).answer() }
        #expect(error?.code == .closed)
    }

    @Test("a model without a template continues text and says what to do about messages")
    func noTemplate() async throws {
        let model = try Self.model("tiny-gpt2")
        #expect(model.details.templateOrigin == nil)
        let error = await #expect(throws: EngineError.self) {
            try await model.generate(GenerationRequest(.messages([.user("Hi")]))).answer()
        }
        #expect(error?.description.contains("--raw") == true)
        let given = try Self.model("tiny-gpt2") { $0.chatTemplate = .builtIn(.chatML) }
        #expect(given.details.templateOrigin == "built-in chatml")
        #expect(try await given.tokenCount(of: .messages([.user("Hi")])) > 10)
    }

    @Test("a template of one's own that isn't valid fails at once; the file's own fails when it is needed")
    func brokenTemplate() throws {
        let error = #expect(throws: EngineError.self) {
            try Self.model { $0.chatTemplate = .source("{% for %}") }
        }
        #expect(error?.code == .unusableModel)
    }

    @Test("options outside their range are refused before anything is computed")
    func badOptions() async throws {
        let model = try Self.model()
        for change in [{ $0.topP = 3 }, { $0.temperature = -1 }] as [(inout SamplingOptions) -> Void] {
            let error = await #expect(throws: EngineError.self) {
                try await model.generate(request("Hi", change)).answer()
            }
            #expect(error?.code == .invalidOption)
            #expect(error?.parameter == "top_p" || error?.parameter == "temperature")
        }
        #expect(throws: EngineError.self) { try Self.model { $0.contextLength = 0 } }
        let negative = request("Hi", maximum: -1)
        await #expect(throws: EngineError.self) { try await model.generate(negative).answer() }
    }

    @Test("DRY's sequence breakers are found in the vocabulary")
    func sequenceBreakers() async throws {
        let model = try Self.model()
        let answer = try await model.generate(
            request("abcabcabcabc", maximum: 20) { $0.dry.multiplier = 2 }
        ).answer()
        #expect(answer.summary?.usage.generatedTokenCount == 20)
    }
}
