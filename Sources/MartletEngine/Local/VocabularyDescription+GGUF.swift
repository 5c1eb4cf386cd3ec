internal import MartletCore
public import MartletPrompt
public import MartletWeights

extension VocabularyDescription {
    /// Reads a model file's vocabulary.
    ///
    /// - Parameter preTokenizer: Splits text before merging, instead of the rule that the file names.
    /// - Throws: ``EngineError/Code/unusableModel`` when the file has no vocabulary, or what reading the keys throws.
    public init(_ metadata: GGUFMetadata, preTokenizer: String? = nil) throws {
        guard let tokens = try metadata.strings("tokenizer.ggml.tokens"),
            let model = try metadata.string("tokenizer.ggml.model")
        else {
            throw EngineError(
                .unusableModel,
                "the file has no vocabulary (tokenizer.ggml.tokens, tokenizer.ggml.model)",
                remedy: "Take a file made for generating text, not an adapter or a part of a model"
            )
        }
        self.init(
            model: model,
            tokens: try TokenTable(bytes: tokens.bytes, offsets: tokens.offsets),
            name: try metadata.string("general.name") ?? ""
        )
        self.preTokenizer = try preTokenizer ?? metadata.string("tokenizer.ggml.pre")
        types = try (metadata.integers("tokenizer.ggml.token_type") ?? []).map { Int32(clamping: $0) }
        scores = try metadata.floats("tokenizer.ggml.scores") ?? []
        if let pairs = try metadata.strings("tokenizer.ggml.merges") {
            merges = try TokenTable(bytes: pairs.bytes, offsets: pairs.offsets)
        }
        func token(_ key: String) throws -> TokenID? {
            // A part that a vocabulary lacks is written as -1, in either signedness.
            guard let number = try metadata.integer("tokenizer.ggml.\(key)_token_id"), number >= 0 else { return nil }
            return number == UInt32.max ? nil : TokenID(Int32(clamping: number))
        }
        bos = try token("bos")
        eos = try token("eos")
        eot = try token("eot")
        eom = try token("eom")
        unknown = try token("unknown")
        padding = try token("padding")
        classification = try token("cls")
        // The key's spelling is that of the format.
        separator = try token("seperator")
        mask = try token("mask")
        if let bytes = try metadata.integers("tokenizer.ggml.precompiled_charsmap") {
            characterMap = bytes.map { UInt8(truncatingIfNeeded: $0) }
        }
        typeCount = try metadata.integer("tokenizer.ggml.token_type_count").map { Int(clamping: $0) }
        lowercases = try metadata.bool("tokenizer.ggml.normalizer.lowercase")
        stripsAccents = try metadata.bool("martlet.tokenizer.strip_accents")
        spacesIdeographs = try metadata.bool("martlet.tokenizer.space_ideographs")
        mapsByCluster = try metadata.bool("martlet.tokenizer.by_cluster")
        composes = try metadata.bool("martlet.tokenizer.compose")
        addsBOS = try metadata.bool("tokenizer.ggml.add_bos_token")
        addsEOS = try metadata.bool("tokenizer.ggml.add_eos_token")
        addsSpacePrefix = try metadata.bool("tokenizer.ggml.add_space_prefix")
        removesExtraWhitespace = try metadata.bool("tokenizer.ggml.remove_extra_whitespaces")
    }
}
