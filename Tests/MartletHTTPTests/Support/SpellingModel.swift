import MartletCore

/// A model whose tokens are bytes, and that continues a text with its own letters in capitals, with scores for all of them.
final class SpellingModel: TokenCoding {
    let information = LanguageModelInformation(name: "spelling", contextLength: 128)

    private struct UnknownToken: ModelFailure {
        var failureKind: ModelFailureKind { .invalidRequest(parameter: "tokens") }
        var description: String { "a token is outside the vocabulary of 256" }
    }

    func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let prompt: [UInt8]
            switch request.input {
            case .text(let text): prompt = Array(text.utf8)
            case .tokens(let tokens): prompt = tokens.map { UInt8(truncatingIfNeeded: $0.rawValue) }
            case .messages: prompt = []
            }
            if request.scoresPrompt {
                let scores = prompt.enumerated().map { index, byte in
                    score(byte, index == 0 ? nil : -1, request.alternativeCount ?? 0)
                }
                continuation.yield(.promptScores(scores))
            }
            let answer = String(decoding: prompt, as: UTF8.self).uppercased().prefix(request.maximumTokenCount ?? 100)
            // Later seeds find their answers likelier, so that the best of several is known.
            let likelihood = -1 / Float(1 + (request.sampling.seed ?? 0))
            for letter in answer {
                if let count = request.alternativeCount {
                    continuation.yield(.scores(letter.utf8.map { score($0, likelihood, count) }))
                }
                continuation.yield(.text(String(letter)))
            }
            let usage = Usage(promptTokenCount: prompt.count, generatedTokenCount: answer.utf8.count)
            continuation.yield(.finished(GenerationSummary(reason: .length, usage: usage)))
            continuation.finish()
        }
    }

    private func score(_ byte: UInt8, _ logProbability: Float?, _ alternativeCount: Int) -> TokenScore {
        TokenScore(
            token: TokenID(Int32(byte)),
            bytes: [byte],
            logProbability: logProbability,
            alternatives: (0..<alternativeCount).map {
                .init(token: TokenID(Int32($0)), bytes: [UInt8(ascii: "a") + UInt8($0)], logProbability: -2)
            }
        )
    }

    func tokenCount(of input: GenerationRequest.Input) async throws -> Int { 1 }

    func encode(_ text: String, addingSpecialTokens: Bool, parsingSpecialTokens: Bool) -> [TokenID] {
        (addingSpecialTokens ? [TokenID(1)] : []) + text.utf8.map { TokenID(Int32($0)) }
    }

    func decode(_ tokens: [TokenID]) throws -> [UInt8] {
        try tokens.map { token in
            guard let byte = UInt8(exactly: token.rawValue) else { throw UnknownToken() }
            return byte
        }
    }
}
