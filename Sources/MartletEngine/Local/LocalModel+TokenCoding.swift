public import MartletCore
internal import MartletPrompt

extension LocalModel: TokenCoding {
    /// The text's tokens; see `TokenCoding`.
    public func encode(_ text: String, addingSpecialTokens: Bool, parsingSpecialTokens: Bool) -> [TokenID] {
        tokenizer.encode(text, parsingSpecialTokens: parsingSpecialTokens, addingSpecialTokens: addingSpecialTokens)
    }

    /// The tokens' bytes, one after the other, a space prefix included; special tokens come by their names.
    ///
    /// - Throws: ``EngineError/Code/invalidToken`` for a token outside the vocabulary.
    public func decode(_ tokens: [TokenID]) throws -> [UInt8] {
        let count = tokenizer.vocabularyCount
        var bytes: [UInt8] = []
        for token in tokens {
            guard token.rawValue >= 0, Int(token.rawValue) < count else {
                throw EngineError(
                    .invalidToken,
                    "token \(token) lies outside the model's vocabulary",
                    remedy: "Give tokens of 0 to \(count - 1)",
                    parameter: "tokens"
                )
            }
            bytes += tokenizer.bytes(of: token)
        }
        return bytes
    }
}
