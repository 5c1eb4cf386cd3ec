import MartletCore

extension TokenizerFileReader {
    /// Says in GGUF's terms what the file says, or what of it a GGUF file cannot hold.
    func fit(
        _ description: inout TokenizerDescription,
        _ normalizers: [NamedNormalizer],
        _ steps: [SplitStep]
    ) throws(PromptError) {
        guard let pipeline = description.pipeline else { return }
        description.vocabulary.fit(pipeline.template)
        description.obstacle =
            pipeline.normalizedTokens.isEmpty ? nil : "added tokens that are looked for after normalization"
        switch pipeline.model {
        case .wordPiece(let tokens, let prefix, let longestWord):
            fitWordPiece(&description, tokens, prefix, longestWord, normalizers, steps)
        case .unigram: fitUnigram(&description, normalizers, steps)
        case .byteMerges(let prefersWhole): fitBytes(&description, prefersWhole, normalizers, steps)
        case .merges(let left, let right, let options):
            fitMerges(&description, left, right, options, normalizers, steps)
        }
        // Otherwise the model would put other tokens around two texts.
        if description.obstacle == nil, let pair = pipeline.template.pair {
            let tokenizer = try Tokenizer(description.vocabulary)
            if let known = tokenizer.template.pair, known != pair {
                description.obstacle = "the template for two texts"
            }
        }
    }

    private func fitWordPiece(
        _ description: inout TokenizerDescription,
        _ tokens: TokenTable,
        _ prefix: [UInt8],
        _ longestWord: Int,
        _ normalizers: [NamedNormalizer],
        _ steps: [SplitStep]
    ) {
        description.vocabulary.layOutWords(tokens, prefix: prefix)
        guard case .bert(let normalizer) = normalizers.first?.normalizer, normalizers.count == 1, normalizer.cleansText
        else {
            description.obstacle = "its normalizers (\(normalizers.map(\.name).joined(separator: ", ")))"
            return
        }
        description.vocabulary.lowercases = normalizer.lowercases
        description.vocabulary.stripsAccents = normalizer.stripsAccents
        description.vocabulary.spacesIdeographs = normalizer.spacesIdeographs
        if steps.map(\.signature) != ["bert"] { description.obstacle = "its pre-tokenizers" }
        if longestWord != TextPipeline.longestWord {
            description.obstacle = "its limit of \(longestWord) letters a word"
        }
        if description.vocabulary.unknown == nil { description.obstacle = "a vocabulary without an unknown token" }
    }

    private func fitUnigram(
        _ description: inout TokenizerDescription,
        _ normalizers: [NamedNormalizer],
        _ steps: [SplitStep]
    ) {
        var normalizers = normalizers
        if case .precompiled = normalizers.first?.normalizer { normalizers.removeFirst() }
        // These tidy spaces, which splitting at white space does as well.
        let tidies = normalizers.allSatisfy { $0.name == "Strip" || $0.name == "Replace" }
        let signatures = steps.map(\.signature)
        let splits = signatures.first == "white space"
        guard tidies, normalizers.isEmpty || splits || Self.tidySpaces(normalizers) else {
            description.obstacle = "its normalizers (\(normalizers.map(\.name).joined(separator: ", ")))"
            return
        }
        switch (signatures.last, signatures.count) {
        case ("mark true always", 1),
            ("mark true always", 2) where splits:
            description.vocabulary.addsSpacePrefix = true
        case ("mark true first", 1): description.vocabulary.addsSpacePrefix = true
        case ("mark true never", 1),
            ("mark true never", 2) where splits:
            description.vocabulary.addsSpacePrefix = false
        default: description.obstacle = "its pre-tokenizers"
        }
        description.vocabulary.removesExtraWhitespace = splits || !normalizers.isEmpty
        if let map = try? value("normalizer").flatMap(Self.characterMap) { description.vocabulary.characterMap = map }
    }

    /// Whether the replacements only join spaces.
    private static func tidySpaces(_ normalizers: [NamedNormalizer]) -> Bool {
        normalizers.allSatisfy { named in
            switch named.normalizer {
            case .strip: true
            case .replacePattern(_, let content): content == [0xE2, 0x96, 0x81] || content == [0x20]
            default: false
            }
        }
    }

    /// The bytes of the map within a normalizer.
    private static func characterMap(_ value: JSONValue) -> [UInt8]? {
        if let text = value["precompiled_charsmap"]?.string { return Base64.decode(text.utf8) }
        return (value["normalizers"]?.array ?? []).lazy.compactMap(characterMap).first
    }

    private func fitBytes(
        _ description: inout TokenizerDescription,
        _ prefersWhole: Bool,
        _ normalizers: [NamedNormalizer],
        _ steps: [SplitStep]
    ) {
        if normalizers.map(\.name) == ["NFC"] {
            description.vocabulary.composes = true
        } else if !normalizers.isEmpty {
            description.obstacle = "its normalizers (\(normalizers.map(\.name).joined(separator: ", ")))"
        }
        description.vocabulary.addsSpacePrefix = steps.contains { if case .bytes(_, true) = $0 { true } else { false } }
        let signatures = steps.map {
            if case .bytes(let words, _) = $0 {
                SplitStep.bytes(splitsWords: words, addsSpace: false).signature
            } else {
                $0.signature
            }
        }
        guard let name = Self.ruleNames[RuleKey(signatures: signatures, prefersWhole: prefersWhole)] else {
            description.obstacle = "its pre-tokenizers"
            return
        }
        description.vocabulary.preTokenizer = name
    }

    private func fitMerges(
        _ description: inout TokenizerDescription,
        _ left: TokenTable,
        _ right: TokenTable,
        _ options: MergeModel.Options,
        _ normalizers: [NamedNormalizer],
        _ steps: [SplitStep]
    ) {
        let names = normalizers.map(\.name)
        let signatures = steps.map(\.signature)
        let isPlain = names == ["Prepend", "Replace"] && signatures.isEmpty
        let isMarked = names.isEmpty && signatures.count == 1 && signatures[0].hasPrefix("mark false")
        let replaces = names == ["Replace"] && signatures.isEmpty
        guard isPlain || isMarked || replaces, options.continuingPrefix.isEmpty, options.wordSuffix.isEmpty,
            options.fallsBackToBytes, !options.prefersWholePieces
        else {
            description.obstacle = "its normalizers and pre-tokenizers, or how it merges"
            return
        }
        description.vocabulary.addsSpacePrefix = !replaces && signatures.first != "mark false never"
        description.vocabulary.removesExtraWhitespace = false
        description.vocabulary.scoreMerges(left, right)
    }
}

extension VocabularyDescription {
    /// Which tokens stand around one text.
    mutating func fit(_ template: SequenceTemplate) {
        addsBOS = !template.prefix.isEmpty
        addsEOS = !template.suffix.isEmpty
        if let first = template.prefix.first {
            if model == "bert" { classification = first }
            bos = first
        }
        if let last = template.suffix.last {
            if model == "bert" { separator = last }
            eos = last
        }
        if let pair = template.pair {
            let types = pair.map { part -> Int32 in
                switch part {
                case .token(_, let type), .first(let type), .second(let type): type
                }
            }
            typeCount = Int(types.max() ?? 0) + 1
        }
    }

    /// Writes WordPiece's tokens as GGUF does: `▁` before what begins a word, no prefix before what goes on with one.
    mutating func layOutWords(_ raw: TokenTable, prefix: [UInt8]) {
        var table = TokenTable()
        for id in 0..<tokens.count {
            let isWord = types[id] == TokenKind.normal.rawValue && id < raw.count
            if !isWord {
                table.append(tokens[id])
            } else if raw[id].count > prefix.count, raw[id].starts(with: prefix) {
                let rest = raw[id].dropFirst(prefix.count)
                table.append(
                    rest.starts(with: WordPieceText.mark) ? WordPieceText.escape + rest.dropFirst(3) : Array(rest)
                )
            } else {
                table.append(WordPieceText.mark + raw[id])
            }
        }
        tokens = table
    }

    /// Gives each token the score that makes merging by score merge in the order of the merges.
    mutating func scoreMerges(_ left: TokenTable, _ right: TokenTable) {
        var ids: [[UInt8]: Int] = [:]
        for id in 0..<tokens.count { ids[Array(tokens[id])] = id }
        scores = [Float](repeating: 0, count: tokens.count)
        var isMade = [Bool](repeating: false, count: tokens.count)
        for merge in 0..<left.count {
            guard let id = ids[Array(left[merge] + right[merge])], !isMade[id] else { continue }
            isMade[id] = true
            scores[id] = -Float(merge)
        }
        for id in 0..<tokens.count where !isMade[id] && types[id] == TokenKind.normal.rawValue {
            let scalarCount = tokens[id].reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
            // No merge makes it, so that text reaches it only as a single character.
            if scalarCount > 1 { types[id] = TokenKind.unused.rawValue }
            scores[id] = -Float(left.count)
        }
    }
}
