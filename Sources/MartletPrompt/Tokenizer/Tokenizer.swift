public import MartletCore

/// Turns text into a model's tokens and back.
///
/// Cheap to copy and free of mutable state: one value serves every conversation.
public struct Tokenizer: Sendable {
    enum Encoder: Sendable {
        case sentencePiece(SentencePieceEncoder)
        case byteLevel(ByteLevelEncoder)
    }

    let vocabulary: Vocabulary
    let encoder: Encoder
    /// Whether sequences begin with ``bos``.
    public let addsBOS: Bool
    /// Whether sequences end with ``eos``.
    public let addsEOS: Bool
    /// Whether a space comes before the first word, which the first word's text then begins with.
    public let addsSpacePrefix: Bool

    /// Checks a vocabulary and builds its tables; tens of milliseconds for 150 000 tokens.
    ///
    /// - Throws: An error that names the model, what its file has wrong, and the remedy.
    public init(_ description: VocabularyDescription) throws(PromptError) {
        let vocabulary = try Vocabulary(description)
        let addsBOS: Bool
        switch vocabulary.algorithm {
        case .sentencePiece:
            let encoder = try SentencePieceEncoder(description, vocabulary)
            self.encoder = .sentencePiece(encoder)
            addsSpacePrefix = encoder.addsSpacePrefix
            addsBOS = description.addsBOS ?? true
        case .byteLevel:
            let encoder = try ByteLevelEncoder(description, vocabulary)
            self.encoder = .byteLevel(encoder)
            addsSpacePrefix = description.addsSpacePrefix ?? false
            addsBOS = description.addsBOS ?? encoder.preTokenizer.addsBOS
        }
        self.vocabulary = vocabulary
        self.addsBOS = addsBOS && vocabulary.specials.bos != nil
        addsEOS = (description.addsEOS ?? false) && vocabulary.specials.eos != nil
    }

    /// How many tokens there are.
    public var vocabularyCount: Int { vocabulary.texts.count }
    /// Begins a sequence.
    public var bos: TokenID? { vocabulary.specials.bos }
    /// Ends a sequence.
    public var eos: TokenID? { vocabulary.specials.eos }
    /// Stands for what the vocabulary cannot spell.
    public var unknown: TokenID? { vocabulary.specials.unknown }
    /// Fills unused places.
    public var padding: TokenID? { vocabulary.specials.padding }
    /// Any of these ends a generation: the end of the sequence, of a turn, of a message.
    public var endOfGeneration: Set<TokenID> { vocabulary.specials.endOfGeneration }

    /// What `token` is for; nil outside the vocabulary.
    public func kind(of token: TokenID) -> TokenKind? {
        let index = Int(token.rawValue)
        return vocabulary.kinds.indices.contains(index) ? vocabulary.kinds[index] : nil
    }

    /// Whether `token` steers the model rather than being text.
    public func isControl(_ token: TokenID) -> Bool {
        let kind = kind(of: token)
        return kind == .control || kind == .unknown
    }

    /// The control or user-defined token whose text is exactly `text`, such as `<|im_end|>`.
    public func addedToken(_ text: String) -> TokenID? {
        var text = text
        return text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            let match = vocabulary.addedTokens.longestMatch(in: bytes, at: 0) { _, end in end == bytes.count }
            return match.map { TokenID($0.token) }
        }
    }

    /// What `token` stands for, in bytes of text, not necessarily whole characters; empty outside the vocabulary.
    ///
    /// Concatenated over an encoded text, this gives the text's UTF-8, plus the space prefix where there is one.
    public func bytes(of token: TokenID) -> [UInt8] {
        Array(vocabulary.texts.bytes(of: token))
    }

    /// What `token` stands for, for display: bytes that are not whole characters show as U+FFFD.
    public func text(of token: TokenID) -> String {
        String(decoding: vocabulary.texts.bytes(of: token), as: UTF8.self)
    }
}
