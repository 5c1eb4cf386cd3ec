public import MartletCore

/// What a model file says about its vocabulary, not yet checked.
///
/// Doc comments name the GGUF key behind each property.
public struct VocabularyDescription: Sendable {
    /// The algorithm: `llama` (SentencePiece BPE), `gpt2` (byte-level BPE), `bert` (WordPiece) or `t5` (unigram)
    /// (`tokenizer.ggml.model`).
    public var model: String
    /// The rule that splits text before merging (`tokenizer.ggml.pre`).
    public var preTokenizer: String?
    /// The tokens' texts in the order of their ids (`tokenizer.ggml.tokens`).
    public var tokens: TokenTable
    /// The tokens' kinds as GGUF numbers, one for each token, or empty (`tokenizer.ggml.token_type`).
    public var types: [Int32]
    /// The tokens' scores, one for each token, or empty (`tokenizer.ggml.scores`).
    public var scores: [Float]
    /// Pairs of texts with a space between them, best first (`tokenizer.ggml.merges`).
    public var merges: TokenTable
    /// Begins a sequence (`tokenizer.ggml.bos_token_id`).
    public var bos: TokenID?
    /// Ends a sequence (`tokenizer.ggml.eos_token_id`).
    public var eos: TokenID?
    /// Ends a turn (`tokenizer.ggml.eot_token_id`).
    public var eot: TokenID?
    /// Ends a message (`tokenizer.ggml.eom_token_id`).
    public var eom: TokenID?
    /// Stands for what the vocabulary cannot spell (`tokenizer.ggml.unknown_token_id`).
    public var unknown: TokenID?
    /// Fills unused places (`tokenizer.ggml.padding_token_id`).
    public var padding: TokenID?
    /// Begins a text that an encoder reads (`tokenizer.ggml.cls_token_id`).
    public var classification: TokenID?
    /// Ends a text that an encoder reads (`tokenizer.ggml.seperator_token_id`).
    public var separator: TokenID?
    /// Hides a word (`tokenizer.ggml.mask_token_id`).
    public var mask: TokenID?
    /// How many types tokens have (`tokenizer.ggml.token_type_count`).
    public var typeCount: Int?
    /// SentencePiece's normalization, precompiled; empty leaves text as it is (`tokenizer.ggml.precompiled_charsmap`).
    public var characterMap: [UInt8]
    /// Whether the map works on grapheme clusters, as in Hugging Face tokenizers, not by longest match, as in sentencepiece;
    /// nil means longest match (`martlet.tokenizer.by_cluster`).
    public var mapsByCluster: Bool?
    /// Whether letters become small; nil looks whether a `bert` vocabulary has capitals
    /// (`tokenizer.ggml.normalizer.lowercase`).
    public var lowercases: Bool?
    /// Whether accents come off; nil does as `lowercases` (`martlet.tokenizer.strip_accents`).
    public var stripsAccents: Bool?
    /// Whether each ideograph is a word of its own; nil means so for `bert` (`martlet.tokenizer.space_ideographs`).
    public var spacesIdeographs: Bool?
    /// Whether text is composed (NFC) first; nil means no (`martlet.tokenizer.compose`).
    public var composes: Bool?
    /// Whether sequences begin with `bos`; nil follows the algorithm's habit (`tokenizer.ggml.add_bos_token`).
    public var addsBOS: Bool?
    /// Whether sequences end with `eos`; nil follows the algorithm's habit (`tokenizer.ggml.add_eos_token`).
    public var addsEOS: Bool?
    /// Whether a space comes before the first word (`tokenizer.ggml.add_space_prefix`).
    public var addsSpacePrefix: Bool?
    /// Whether runs of spaces become one and outer spaces vanish (`tokenizer.ggml.remove_extra_whitespaces`).
    public var removesExtraWhitespace: Bool?
    /// Whether white space after an added token is swallowed; nil asks the model's name, as GGUF has no key for it.
    public var stripsSpaceAfterAddedTokens: Bool?
    /// The model's name, for messages and for the rule above (`general.name`).
    public var name: String

    /// Describes a vocabulary by its algorithm and its tokens; all else is set on the value.
    public init(model: String, tokens: TokenTable, name: String = "") {
        self.model = model
        self.tokens = tokens
        self.name = name
        types = []
        scores = []
        merges = TokenTable()
        characterMap = []
    }
}
