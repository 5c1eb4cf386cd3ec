import MartletCore
import MartletPrompt
import MartletWeights

extension VocabularyDescription {
    /// The description as GGUF keys and values, filled up to `count` tokens with places that nothing uses.
    func metadata(tokenCount count: Int) throws(ConversionError) -> [(key: String, value: GGUFValue)] {
        guard tokens.count <= count else {
            throw ConversionError(
                "the tokenizer has \(tokens.count) tokens and the model only \(count)",
                remedy: "Fetch the tokenizer that belongs to the model",
                file: "tokenizer"
            )
        }
        return filled(upTo: count).metadata.map { ($0.key, GGUFValue($0.value)) }
    }

    /// The model's table may have more rows than there are tokens.
    private func filled(upTo count: Int) -> VocabularyDescription {
        let missing = count - tokens.count
        guard missing > 0 else { return self }
        /// GGUF's number for a token that nothing uses.
        let unused: Int32 = 5
        var result = self
        if types.isEmpty { result.types = [Int32](repeating: 1, count: tokens.count) }
        result.types += [Int32](repeating: unused, count: missing)
        if !scores.isEmpty { result.scores += [Float](repeating: -1e4, count: missing) }
        for index in tokens.count..<count { result.tokens.append(Array("[PAD\(index)]".utf8)) }
        return result
    }
}

extension GGUFValue {
    fileprivate init(_ value: VocabularyDescription.MetadataValue) {
        self =
            switch value {
            case .string(let text): .string(text)
            case .bool(let flag): .bool(flag)
            case .integer(let number): .uint32(number)
            case .strings(let texts):
                .array(
                    GGUFArray(of: .string, (0..<texts.count).map { .string(GGUFString(bytes: Array(texts[$0]))) })
                )
            case .integers(let numbers): .array(GGUFArray(numbers))
            case .floats(let numbers): .array(GGUFArray(numbers))
            case .bytes(let bytes): .array(GGUFArray(of: .uint8, bytes.map { .uint8($0) }))
            }
    }
}
