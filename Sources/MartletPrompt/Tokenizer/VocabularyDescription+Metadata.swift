import MartletCore

extension VocabularyDescription {
    /// A value of a model file's metadata.
    public enum MetadataValue: Sendable {
        case string(String)
        case bool(Bool)
        case integer(UInt32)
        case strings(TokenTable)
        case integers([Int32])
        case floats([Float])
        case bytes([UInt8])
    }

    /// The vocabulary as a GGUF file's metadata, in the order in which it is best written.
    public var metadata: [(key: String, value: MetadataValue)] {
        var entries: [(key: String, value: MetadataValue)] = []
        func add(_ key: String, _ value: MetadataValue?) {
            if let value { entries.append((key, value)) }
        }
        func addToken(_ key: String, _ token: TokenID?) {
            guard let token, token.rawValue >= 0 else { return }
            add("tokenizer.ggml.\(key)_token_id", .integer(UInt32(token.rawValue)))
        }
        add("tokenizer.ggml.model", .string(model == "ugm" ? "t5" : model))
        add("tokenizer.ggml.pre", .string(preTokenizer ?? "default"))
        add("tokenizer.ggml.tokens", .strings(tokens))
        if !scores.isEmpty { add("tokenizer.ggml.scores", .floats(scores)) }
        if !types.isEmpty { add("tokenizer.ggml.token_type", .integers(types)) }
        if merges.count > 0 { add("tokenizer.ggml.merges", .strings(merges)) }
        if !characterMap.isEmpty { add("tokenizer.ggml.precompiled_charsmap", .bytes(characterMap)) }
        addToken("bos", bos)
        addToken("eos", eos)
        addToken("eot", eot)
        addToken("eom", eom)
        addToken("unknown", unknown)
        // The key's spelling is that of the format.
        addToken("seperator", separator)
        addToken("padding", padding)
        addToken("cls", classification)
        addToken("mask", mask)
        add("tokenizer.ggml.add_bos_token", addsBOS.map(MetadataValue.bool))
        add("tokenizer.ggml.add_eos_token", addsEOS.map(MetadataValue.bool))
        add("tokenizer.ggml.add_space_prefix", addsSpacePrefix.map(MetadataValue.bool))
        add("tokenizer.ggml.remove_extra_whitespaces", removesExtraWhitespace.map(MetadataValue.bool))
        add("tokenizer.ggml.token_type_count", typeCount.map { .integer(UInt32(clamping: $0)) })
        add("tokenizer.ggml.normalizer.lowercase", lowercases.map(MetadataValue.bool))
        add("martlet.tokenizer.strip_accents", stripsAccents.map(MetadataValue.bool))
        add("martlet.tokenizer.space_ideographs", spacesIdeographs.map(MetadataValue.bool))
        add("martlet.tokenizer.by_cluster", mapsByCluster.map(MetadataValue.bool))
        add("martlet.tokenizer.compose", composes.map(MetadataValue.bool))
        return entries
    }
}
