public import MartletCore

/// Turns text into a model's tokens and back.
///
/// Cheap to copy and free of mutable state: one value serves every conversation.
public struct Tokenizer: Sendable {
    enum Encoder: Sendable {
        case sentencePiece(SentencePieceEncoder)
        case byteLevel(ByteLevelEncoder)
        case pipeline(TextPipeline)
    }

    let vocabulary: Vocabulary
    let encoder: Encoder
    /// What stands around a text, and around two.
    public let template: SequenceTemplate
    /// Whether a space comes before the first word, which the first word's text then begins with.
    public let addsSpacePrefix: Bool
    /// Whether text is composed (NFC) first.
    let composes: Bool

    /// Checks a vocabulary and builds its tables; tens of milliseconds for 150 000 tokens.
    ///
    /// - Throws: An error that names the model, what its file has wrong, and the remedy.
    public init(_ description: VocabularyDescription) throws(PromptError) {
        let vocabulary = try Vocabulary(description)
        var addsBOS = description.addsBOS ?? false
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
        case .wordPiece:
            encoder = .pipeline(try TextPipeline(wordPiece: description, vocabulary))
            addsSpacePrefix = true
        case .unigram:
            encoder = .pipeline(try TextPipeline(unigram: description, vocabulary))
            addsSpacePrefix = description.addsSpacePrefix ?? true
        }
        self.vocabulary = vocabulary
        template = try SequenceTemplate(description, vocabulary, addsBOS: addsBOS)
        composes = description.composes ?? false
    }

    /// Makes a tokenizer of the parts that a file of another kind describes.
    init(_ vocabulary: Vocabulary, _ pipeline: TextPipeline, _ template: SequenceTemplate, addsSpacePrefix: Bool) {
        self.vocabulary = vocabulary
        encoder = .pipeline(pipeline)
        self.template = template
        self.addsSpacePrefix = addsSpacePrefix
        composes = false
    }

    /// Whether sequences begin with a token that the vocabulary adds.
    public var addsBOS: Bool { !template.prefix.isEmpty }
    /// Whether sequences end with a token that the vocabulary adds.
    public var addsEOS: Bool { !template.suffix.isEmpty }
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
    /// Begins a text that an encoder reads.
    public var classification: TokenID? { vocabulary.specials.classification }
    /// Ends a text that an encoder reads.
    public var separator: TokenID? { vocabulary.specials.separator }
    /// Hides a word.
    public var mask: TokenID? { vocabulary.specials.mask }
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
