import MartletCore
import MartletPrompt
import MartletWeights

extension VocabularyDescription {
    /// The description as GGUF keys and values, padded to `count` tokens.
    func metadata(tokenCount count: Int) throws(ConversionError) -> [(key: String, value: GGUFValue)] {
        guard tokens.count <= count else {
            throw ConversionError(
                "the tokenizer has \(tokens.count) tokens and the model only \(count)",
                remedy: "Fetch the tokenizer that belongs to the model",
                file: "tokenizer"
            )
        }
        var result: [(key: String, value: GGUFValue)] = []
        func set(_ key: String, _ value: GGUFValue?) {
            if let value { result.append(("tokenizer.ggml.\(key)", value)) }
        }
        let missing = count - tokens.count
        set("model", .string(model))
        set("pre", preTokenizer.map { .string($0) })
        var texts: [GGUFValue] = []
        for index in 0..<tokens.count { texts.append(.string(GGUFString(bytes: Array(tokens[index])))) }
        for index in tokens.count..<count { texts.append(.string("[PAD\(index)]")) }
        set("tokens", .array(GGUFArray(of: .string, texts)))
        if !types.isEmpty || missing > 0 {
            let known = types.isEmpty ? [Int32](repeating: 1, count: tokens.count) : types
            // 5: a place that nothing uses.
            set("token_type", .array(GGUFArray(known + [Int32](repeating: 5, count: missing))))
        }
        if !scores.isEmpty { set("scores", .array(GGUFArray(scores + [Float](repeating: -1e4, count: missing)))) }
        if merges.count > 0 {
            let values = (0..<merges.count).map { GGUFValue.string(GGUFString(bytes: Array(merges[$0]))) }
            set("merges", .array(GGUFArray(of: .string, values)))
        }
        for (key, token) in [
            ("bos", bos), ("eos", eos), ("eot", eot), ("eom", eom), ("unknown", unknown), ("padding", padding),
            ("cls", classification), ("seperator", separator), ("mask", mask),
        ] {
            set("\(key)_token_id", token.map { .uint32(UInt32($0.rawValue)) })
        }
        set("token_type_count", typeCount.map { .uint32(UInt32($0)) })
        if !characterMap.isEmpty {
            set("precompiled_charsmap", .array(GGUFArray(of: .uint8, characterMap.map { .uint8($0) })))
        }
        set("normalizer.lowercase", lowercases.map { .bool($0) })
        set("add_bos_token", addsBOS.map { .bool($0) })
        set("add_eos_token", addsEOS.map { .bool($0) })
        set("add_space_prefix", addsSpacePrefix.map { .bool($0) })
        set("remove_extra_whitespaces", removesExtraWhitespace.map { .bool($0) })
        for (key, value) in [
            ("by_cluster", mapsByCluster), ("strip_accents", stripsAccents), ("space_ideographs", spacesIdeographs),
            ("compose", composes),
        ] {
            if let value { result.append(("martlet.tokenizer.\(key)", .bool(value))) }
        }
        return result
    }
}
