extension TokenizerFileReader {
    /// What tells one way of splitting and merging bytes from another.
    struct RuleKey: Hashable {
        let signatures: [String]
        let prefersWhole: Bool
    }

    private static func splits(_ expressions: String...) -> [String] {
        expressions.map { "split \($0) isolated false" } + ["bytes"]
    }

    /// The names that GGUF has for ways of splitting (``PreTokenizer/named``).
    static let ruleNames: [RuleKey: String] = [
        RuleKey(signatures: ["bytes words"], prefersWhole: false): "gpt-2",
        RuleKey(signatures: ["digits true", "bytes words"], prefersWhole: false): "smollm",
        RuleKey(signatures: splits(SplitPattern.words("{1,3}")), prefersWhole: true): "llama-bpe",
        RuleKey(signatures: splits(SplitPattern.words("{1,3}")), prefersWhole: false): "smaug-bpe",
        RuleKey(signatures: splits(SplitPattern.words("")), prefersWhole: false): "qwen2",
        RuleKey(signatures: splits(SplitPattern.words("+")), prefersWhole: true): "minicpm5",
        RuleKey(
            signatures: splits(
                SplitPattern.contractions + #"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"#
                    + SplitPattern.spaces
            ),
            prefersWhole: false
        ): "qwen35",
        RuleKey(signatures: splits(SplitPattern.cased("", "")), prefersWhole: true): "tekken",
        RuleKey(signatures: splits(SplitPattern.cased("{1,3}", SplitPattern.contractions + "?")), prefersWhole: false):
            "gpt-4o",
        RuleKey(
            signatures: ["punctuation contiguous", "bytes words", "split [0-9][0-9][0-9] isolated false"],
            prefersWhole: false
        ): "falcon",
    ]
}
