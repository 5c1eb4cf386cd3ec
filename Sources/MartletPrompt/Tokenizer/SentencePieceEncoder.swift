import MartletCore

/// SentencePiece's BPE: merges the neighbouring characters whose token has the best score, until none is left.
///
/// - SeeAlso: Kudo and Richardson 2018, arXiv:1808.06226.
struct SentencePieceEncoder: Sendable {
    /// A whole number for each token that falls as its score rises.
    private let keys: [UInt32]
    /// Whether some token has a space after other text, so that merges may cross from one word to the next.
    private let crossesWords: Bool
    let addsSpacePrefix: Bool
    let removesExtraWhitespace: Bool

    init(_ description: VocabularyDescription, _ vocabulary: Vocabulary) throws(PromptError) {
        guard description.scores.count == description.tokens.count else {
            throw description.invalid(
                "there are \(description.scores.count) scores for \(description.tokens.count) tokens"
            )
        }
        if let token = description.scores.firstIndex(where: \.isNaN) {
            throw description.invalid("the score of token \(token) is not a number")
        }
        keys = description.scores.map { score in
            let bits = (score + 0).bitPattern
            return ~(bits >> 31 == 1 ? ~bits : bits | 0x8000_0000)
        }
        var crossesWords = false
        for token in 0..<vocabulary.texts.count
        where vocabulary.kinds[token] == .normal || vocabulary.kinds[token] == .unused {
            let text = vocabulary.texts[token]
            if let word = text.firstIndex(where: { $0 != 0x20 }), text[word...].contains(0x20) { crossesWords = true }
        }
        self.crossesWords = crossesWords
        addsSpacePrefix = description.addsSpacePrefix ?? true
        removesExtraWhitespace = description.removesExtraWhitespace ?? false
    }

    /// The rule for one stretch of text.
    private struct Rule: MergeRule {
        let text: UnsafeRawBufferPointer
        let vocabulary: Vocabulary
        let keys: [UInt32]

        func merge(_ left: SymbolMerger.Symbol, _ right: SymbolMerger.Symbol) -> (key: UInt32, token: Int32)? {
            let bytes = text[Int(left.start)..<Int(right.end)]
            guard let token = vocabulary.index.find(UnsafeRawBufferPointer(rebasing: bytes), in: vocabulary.texts)
            else { return nil }
            return (keys[Int(token)], token)
        }
    }

    /// Appends the tokens of `text`, in which spaces are plain.
    ///
    /// - Complexity: O(n log n) in the length of a word, or of the text where tokens cross words.
    func encode(
        _ text: UnsafeRawBufferPointer,
        _ vocabulary: Vocabulary,
        scratch: inout SymbolMerger,
        to output: inout [Int32]
    ) {
        var start = 0
        while start < text.count {
            var end = text.count
            if !crossesWords {
                end = start
                while end < text.count, text[end] == 0x20 { end += 1 }
                while end < text.count, text[end] != 0x20 { end += 1 }
            }
            encodeStretch(text, start..<end, vocabulary, &scratch, &output)
            start = end
        }
    }

    private func encodeStretch(
        _ text: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ vocabulary: Vocabulary,
        _ scratch: inout SymbolMerger,
        _ output: inout [Int32]
    ) {
        scratch.reset()
        var offset = range.lowerBound
        while offset < range.upperBound {
            var end = offset + 1
            while end < range.upperBound, text[end] & 0xC0 == 0x80 { end += 1 }
            scratch.append(
                SymbolMerger.Symbol(
                    token: -1,
                    start: Int32(truncatingIfNeeded: offset),
                    end: Int32(truncatingIfNeeded: end)
                )
            )
            offset = end
        }
        scratch.run(Rule(text: text, vocabulary: vocabulary, keys: keys))
        scratch.forEach { symbol in
            emit(text, Int(symbol.start)..<Int(symbol.end), symbol.token, vocabulary, &output)
        }
    }

    /// Appends a symbol's token, or the bytes of a symbol that has none.
    private func emit(
        _ text: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ known: Int32,
        _ vocabulary: Vocabulary,
        _ output: inout [Int32]
    ) {
        let bytes = UnsafeRawBufferPointer(rebasing: text[range])
        let token = known >= 0 ? known : vocabulary.index.find(bytes, in: vocabulary.texts) ?? -1
        if token >= 0, vocabulary.kinds[Int(token)] != .unused {
            output.append(token)
            return
        }
        if token >= 0, let split = split(bytes, vocabulary) {
            let middle = range.lowerBound + split
            emit(text, range.lowerBound..<middle, -1, vocabulary, &output)
            emit(text, middle..<range.upperBound, -1, vocabulary, &output)
            return
        }
        let hasBytes = bytes.allSatisfy { vocabulary.byteTokens[Int($0)] >= 0 }
        if hasBytes {
            output.append(contentsOf: bytes.lazy.map { vocabulary.byteTokens[Int($0)] })
        } else if let unknown = vocabulary.specials.unknown, unknown != vocabulary.specials.bos,
            !vocabulary.specials.endOfGeneration.contains(unknown), output.last != unknown.rawValue
        {
            // One for a whole run, and never a token that would steer the model.
            output.append(unknown.rawValue)
        }
    }

    /// Where an unused token parts into two that text can reach, the best-scored way, in bytes.
    private func split(_ bytes: UnsafeRawBufferPointer, _ vocabulary: Vocabulary) -> Int? {
        var best: (key: UInt64, offset: Int)?
        for offset in 1..<max(bytes.count, 1) where bytes[offset] & 0xC0 != 0x80 {
            let left = UnsafeRawBufferPointer(rebasing: bytes[..<offset])
            let right = UnsafeRawBufferPointer(rebasing: bytes[offset...])
            guard let first = vocabulary.index.find(left, in: vocabulary.texts),
                let second = vocabulary.index.find(right, in: vocabulary.texts)
            else { continue }
            let key = UInt64(max(keys[Int(first)], keys[Int(second)]))
            if best.map({ key < $0.key }) ?? true { best = (key, offset) }
        }
        return best?.offset
    }
}
