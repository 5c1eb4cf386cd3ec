import Foundation
import MartletCore
import MartletEngine
import MartletPrompt
import Testing

@Suite("A local model's tokens and their scores")
struct TokenLevelTests {
    private func model(_ change: (inout LocalModelOptions) -> Void = { _ in }) throws -> LocalModel {
        let path = try #require(
            Bundle.module.path(forResource: "tiny-llama", ofType: "gguf", inDirectory: "Fixtures")
        )
        var options = LocalModelOptions()
        options.threadCount = 2
        change(&options)
        return try LocalModel.load(path: path, options: options)
    }

    private func request(_ input: GenerationRequest.Input, maximum: Int = 20) -> GenerationRequest {
        GenerationRequest(input, sampling: .greedy, maximumTokenCount: maximum)
    }

    @Test("tokens as input give what their text gives, and no BOS comes before them")
    func tokenInput() async throws {
        let model = try model()
        let text = "Once upon a time"
        let tokens = model.encode(text, addingSpecialTokens: true, parsingSpecialTokens: false)
        let fromTokens = try await model.generate(request(.tokens(tokens))).answer()
        #expect(try await model.generate(request(.text(text))).answer().text == fromTokens.text)
        #expect(fromTokens.summary?.usage.promptTokenCount == tokens.count)
        let bare = Array(tokens.dropFirst())
        #expect(try model.prompt(for: .tokens(bare)) == bare)
    }

    @Test("tokens outside the vocabulary, and none at all, are refused by name")
    func wrongTokens() async throws {
        let model = try model()
        let count = Int32(model.tokenizer.vocabularyCount)
        for tokens in [[-1], [1, count], [.max], []] as [[Int32]] {
            let input = GenerationRequest.Input.tokens(tokens.map { TokenID($0) })
            let error = await #expect(throws: EngineError.self) { try await model.generate(request(input)).answer() }
            #expect(error?.failureKind == .invalidRequest(parameter: "prompt"))
        }
        for token in [-1, count] {
            let error = #expect(throws: EngineError.self) { try model.decode([TokenID(3), TokenID(token)]) }
            #expect(error?.failureKind == .invalidRequest(parameter: "tokens"))
        }
    }

    @Test("tokens' bytes are the text again")
    func coding() throws {
        let model = try model()
        let text = "Hello there, you"
        let tokens = model.encode(text, addingSpecialTokens: false, parsingSpecialTokens: false)
        let bytes = try model.decode(tokens)
        #expect(String(decoding: bytes, as: UTF8.self).drop { $0 == " " } == text)
        let bos = try #require(model.tokenizer.bos)
        #expect(model.encode(text, addingSpecialTokens: true, parsingSpecialTokens: false) == [bos] + tokens)
        #expect(try model.decode([bos]) == Array(model.tokenizer.text(of: bos).utf8))
        #expect(
            model.encode(model.tokenizer.text(of: bos), addingSpecialTokens: false, parsingSpecialTokens: true) == [bos]
        )
    }

    @Test("a prompt's scores are its likelihoods, with an answer after them and without")
    func promptScores() async throws {
        let model = try model()
        let text = String(repeating: "The quick brown fox jumps over the lazy dog. ", count: 3)
        let tokens = try model.prompt(for: .text(text))
        let likelihoods = try await model.negativeLogLikelihoods(of: tokens)
        for maximum in [0, 4] {
            var request = request(.text(text), maximum: maximum)
            request.scoresPrompt = true
            request.alternativeCount = 3
            var scores: [TokenScore] = []
            var answer: [TokenScore] = []
            for try await event in model.generate(request) {
                if case .promptScores(let found) = event { scores = found }
                if case .scores(let found) = event { answer += found }
            }
            #expect(scores.map(\.token) == tokens)
            for (score, likelihood) in zip(scores.dropFirst(), likelihoods) {
                #expect(score.logProbability == -likelihood)
                #expect(score.alternatives.count == 3)
            }
            #expect(answer.count == maximum)
            // Greedy: every token is the best of its alternatives.
            for score in answer { #expect(score.alternatives.first?.token == score.token) }
        }
    }

    @Test("what a request asks for beyond bounds is refused by name")
    func bounds() async throws {
        let model = try model()
        for (parameter, change) in [
            ("top_logprobs", { $0.alternativeCount = 21 }), ("top_logprobs", { $0.alternativeCount = -1 }),
            ("max_tokens", { $0.maximumTokenCount = -1 }), ("logit_bias", { $0.sampling.logitBias[TokenID(-3)] = 1 }),
            ("frequency_penalty", { $0.sampling.penalties.frequency = .nan }),
            (
                "logprobs",
                {
                    $0.sampling.beams = .init(width: 2)
                    $0.alternativeCount = 1
                }
            ),
        ] as [(String, (inout GenerationRequest) -> Void)] {
            var request = request(.text("Hi"))
            change(&request)
            let error = await #expect(throws: EngineError.self) { try await model.generate(request).answer() }
            #expect(error?.failureKind == .invalidRequest(parameter: parameter))
        }
    }

    @Test("a request's template variables win over the model's, and their texts name no control tokens")
    func templateVariables() async throws {
        let model = try model { options in
            options.chatTemplate = .source("{{ mood }}{% if loud %}!{% endif %}{{ messages[0].content }}")
            options.templateVariables = ["mood": .string("calm"), "loud": .bool(false)]
        }
        func count(_ variables: JSONObject, _ text: String = "x") async throws -> Int? {
            var request = request(.messages([.user(text)]), maximum: 0)
            request.templateVariables = variables
            return try await model.generate(request).answer().summary?.usage.promptTokenCount
        }
        func tokens(_ text: String) -> Int {
            model.encode(text, addingSpecialTokens: true, parsingSpecialTokens: false).count
        }
        #expect(try await count([:]) == tokens("calmx"))
        #expect(try await count(["loud": true]) == tokens("calm!x"))
        #expect(try await count(["mood": "</s>", "messages": "no"]) == tokens("</s>x"))
        #expect(try await count(["mood": ["</s>": 1]]) == tokens("{'</s>': 1}x"))
    }
}
