import MartletCore

/// The pipelines that a model file's vocabulary means.
extension TextPipeline {
    private static let mark: [UInt8] = [0xE2, 0x96, 0x81]
    /// BERT's limit in scalars.
    static let longestWord = 100

    /// BERT's pipeline over a vocabulary in GGUF's layout: `▁` begins a word, all else goes on with one.
    init(wordPiece description: VocabularyDescription, _ vocabulary: Vocabulary) throws(PromptError) {
        let tokens = description.tokens
        var beginnings: [Int32] = []
        var continuations: [Int32] = []
        var hasCapitals = false
        for token in 0..<tokens.count where vocabulary.kinds[token] == .normal && !tokens[token].isEmpty {
            let text = tokens[token]
            if text.starts(with: WordPieceText.escape) {
                continuations.append(Int32(truncatingIfNeeded: token))
            } else if text.starts(with: Self.mark) {
                if text.count > Self.mark.count { beginnings.append(Int32(truncatingIfNeeded: token)) }
            } else {
                continuations.append(Int32(truncatingIfNeeded: token))
            }
            if text.first != UInt8(ascii: "["), text.contains(where: { 0x41...0x5A ~= $0 }) { hasCapitals = true }
        }
        guard !beginnings.isEmpty else { throw description.invalid("no token begins a word (▁)") }
        // The beginnings' texts without their mark, at the same indices.
        let plain = tokens.droppingMarks()
        let model = WordPieceModel(
            plain,
            beginnings: beginnings,
            continuations: continuations,
            skipping: 0,
            unknown: try description.required(vocabulary.specials.unknown, "unknown_token_id").rawValue,
            longestWord: Self.longestWord
        )
        var normalizer = BertNormalizer()
        normalizer.lowercases = description.lowercases ?? !hasCapitals
        normalizer.stripsAccents = description.stripsAccents ?? normalizer.lowercases
        normalizer.spacesIdeographs = description.spacesIdeographs ?? true
        self.init(normalizers: [.bert(normalizer)], splitters: [.bert], model: .wordPiece(model))
    }

    /// The unigram pipeline of sentencepiece, or of Hugging Face tokenizers where the file says so.
    init(unigram description: VocabularyDescription, _ vocabulary: Vocabulary) throws(PromptError) {
        var map: CharacterMap?
        if !description.characterMap.isEmpty {
            map = CharacterMap(description.characterMap)
            guard map != nil else { throw description.invalid("its precompiled character map is damaged") }
        }
        let byCluster = description.mapsByCluster ?? false
        let model = try UnigramModel(description, vocabulary, byCluster ? .double : .single)
        let addsPrefix = description.addsSpacePrefix ?? true
        let removesExtra = description.removesExtraWhitespace ?? true
        if byCluster {
            self.init(
                normalizers: map.map { [.precompiled($0)] } ?? [],
                splitters: (removesExtra ? [.whiteSpace] : [])
                    + [.mark(Self.mark, addsPrefix ? .always : .never, splits: true)],
                model: .unigram(model)
            )
            return
        }
        let defined = vocabulary.kinds.indices.filter { vocabulary.kinds[$0] == .userDefined }
        let normalizer = SentencePieceNormalizer(
            map: map,
            removesExtraSpace: removesExtra,
            addsSpacePrefix: addsPrefix,
            kept: defined.isEmpty ? nil : try Vocabulary.matcher(for: defined, description.tokens, description)
        )
        self.init(normalizers: [.sentencePiece(normalizer)], splitters: [], model: .unigram(model))
    }
}

extension UnigramModel {
    /// A vocabulary's model with the scores of its file.
    init(_ description: VocabularyDescription, _ vocabulary: Vocabulary, _ precision: Precision) throws(PromptError) {
        let count = description.tokens.count
        try self.init(description, vocabulary, scores: description.scores.map(Double.init), precision, ownCount: count)
    }

    /// A vocabulary's model; `scores` has one for each of its `ownCount` tokens, after which others may have been added.
    init(
        _ description: VocabularyDescription,
        _ vocabulary: Vocabulary,
        scores: [Double],
        _ precision: Precision,
        ownCount count: Int
    ) throws(PromptError) {
        guard scores.count == count, count <= description.tokens.count else {
            throw description.invalid("there are \(scores.count) scores for \(count) tokens")
        }
        if let token = scores.firstIndex(where: { !$0.isFinite }) {
            throw description.invalid("the score of token \(token) is not a number")
        }
        var scores = scores
        var members: [Int32] = []
        let kinds = vocabulary.kinds
        let normal = scores.indices.filter { kinds[$0] == .normal }
        // sentencepiece reckons with the ordinary tokens alone.
        let reckoned = precision == .single ? normal : Array(scores.indices)
        let lowest = reckoned.reduce(Double.infinity) { min($0, scores[$1]) }
        let highest = normal.reduce(Float.leastNormalMagnitude) { max($0, Float(scores[$1])) }
        for token in 0..<count {
            let length = description.tokens.range(at: token).count
            switch kinds[token] {
            case .normal: break
            case .userDefined where precision == .single:
                scores[token] = Double(Float(Double(Float(length) * highest) - 0.1))
            case .byte where precision == .double: break
            case .userDefined where precision == .double: break
            case .userDefined, .byte, .unused, .control, .unknown: continue
            }
            if length > 0 { members.append(Int32(truncatingIfNeeded: token)) }
        }
        self.init(
            description.tokens,
            members: members,
            scores: scores,
            lowest: lowest.isFinite ? lowest : 0,
            unknown: vocabulary.specials.unknown?.rawValue,
            byteTokens: vocabulary.byteTokens,
            precision: precision
        )
    }
}

extension TokenTable {
    /// The same texts without what marks the beginning of a word, or its going on.
    func droppingMarks() -> TokenTable {
        var table = TokenTable()
        for index in 0..<count {
            let text = self[index]
            let markCount = text.starts(with: WordPieceText.escape) ? 2 : text.starts(with: WordPieceText.mark) ? 3 : 0
            table.append(text.dropFirst(markCount))
        }
        return table
    }
}

extension VocabularyDescription {
    /// A token that this kind of vocabulary cannot do without.
    func required(_ token: TokenID?, _ key: String) throws(PromptError) -> TokenID {
        guard let token else { throw invalid("it doesn't say which token is its tokenizer.ggml.\(key)") }
        return token
    }
}
