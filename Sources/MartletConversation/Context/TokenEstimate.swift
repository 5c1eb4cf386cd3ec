import MartletCore

/// Counts tokens well enough to plan with: exactly where the model's vocabulary is at hand, else by the bytes.
struct TokenEstimate: Sendable {
    /// Tokens that a chat template adds to each message.
    static let tokensPerMessage = 4
    /// Longer texts are never encoded only to be counted, in bytes.
    static let maximumEncodedLength = 16_384

    private let coding: (any TokenCoding)?

    /// Makes an estimate for a model.
    init(_ model: any LanguageModel) {
        coding = model as? any TokenCoding
    }

    /// The tokens of a message.
    func tokens(of message: ChatMessage) -> Int {
        Self.tokensPerMessage + tokens(of: message.content)
    }

    /// The tokens of a text; without a vocabulary one for every three and a half bytes of UTF-8, rounded up.
    func tokens(of text: String) -> Int {
        let length = text.utf8.count
        if let coding, length <= Self.maximumEncodedLength,
            let tokens = try? coding.encode(text, addingSpecialTokens: false, parsingSpecialTokens: false)
        {
            return tokens.count
        }
        return (length * 2 + 6) / 7
    }
}
