import MartletCore

extension TokenizerDescription {
    /// BERT's `vocab.txt`: a token a line, its number the line's.
    static func wordPiece(
        _ bytes: [UInt8],
        _ settings: TokenizerSettings,
        name: String
    ) throws(PromptError) -> TokenizerDescription {
        var tokens = TokenTable()
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        for line in lines { tokens.append(line.last == 0x0D ? line.dropLast() : line) }
        guard tokens.count > 0, tokens.count < TokenizerFiles.greatestTokenCount else {
            throw .unreadable("vocab.txt", "it has \(tokens.count) lines")
        }
        let prefix = Array("##".utf8)
        var vocabulary = VocabularyDescription(model: "bert", tokens: tokens, name: name)
        vocabulary.types = [Int32](repeating: TokenKind.normal.rawValue, count: tokens.count)
        func token(_ part: String, _ standard: String) -> TokenID? {
            let text = settings.parts[part] ?? standard
            return (0..<tokens.count).last { tokens[$0].elementsEqual(text.utf8) }
                .map { TokenID(Int32(truncatingIfNeeded: $0)) }
        }
        vocabulary.unknown = token("unk_token", "[UNK]")
        vocabulary.separator = token("sep_token", "[SEP]")
        vocabulary.padding = token("pad_token", "[PAD]")
        vocabulary.classification = token("cls_token", "[CLS]")
        vocabulary.mask = token("mask_token", "[MASK]")
        guard vocabulary.unknown != nil, let first = vocabulary.classification, let last = vocabulary.separator else {
            throw .unreadable("vocab.txt", "it has no [UNK], [CLS] or [SEP]")
        }
        let parts = [vocabulary.unknown, last, vocabulary.padding, first, vocabulary.mask].compactMap { $0 }
        for part in parts { vocabulary.types[Int(part.rawValue)] = TokenKind.control.rawValue }
        var rules: [Int32: AddedTokenRule] = [:]
        try vocabulary.apply(settings, &rules)

        var normalizer = BertNormalizer()
        normalizer.lowercases = settings.flag("do_lower_case") ?? true
        normalizer.stripsAccents = settings.flag("strip_accents") ?? normalizer.lowercases
        normalizer.spacesIdeographs = settings.flag("tokenize_chinese_chars") ?? true
        var pipeline = PipelineDescription(
            normalizers: [.bert(normalizer)],
            splitters: [.bert],
            model: .wordPiece(tokens: vocabulary.tokens, prefix: prefix, longestWord: TextPipeline.longestWord),
            ownCount: tokens.count
        )
        pipeline.rules = rules
        pipeline.template = .around(first, last, .typed)
        pipeline.addsSpacePrefix = true
        let raw = vocabulary.tokens
        vocabulary.layOutWords(raw, prefix: prefix)
        vocabulary.fit(pipeline.template)
        vocabulary.lowercases = normalizer.lowercases
        vocabulary.stripsAccents = normalizer.stripsAccents
        vocabulary.spacesIdeographs = normalizer.spacesIdeographs
        return TokenizerDescription(vocabulary, pipeline: pipeline)
    }

    /// GPT-2's `vocab.json` and `merges.txt`.
    static func byteLevel(
        _ bytes: [UInt8],
        _ merges: [UInt8],
        _ settings: TokenizerSettings,
        name: String
    ) throws(PromptError) -> TokenizerDescription {
        var collector = TokenCollector(file: "vocab.json")
        try TokenizerFileReader.read(bytes) { all throws(PromptError) in
            var cursor = JSONCursor(all, file: "vocab.json")
            try cursor.forEachMember { cursor, text throws(PromptError) in
                try collector.insert(text, at: cursor.readIndex())
            }
        }
        let (tokens, holes) = collector.table()
        guard tokens.count > 0, holes.count <= tokens.count / 2 + 4096 else {
            throw .unreadable("vocab.json", "it has no tokens, or most ids have none")
        }
        var vocabulary = VocabularyDescription(model: "gpt2", tokens: tokens, name: name)
        vocabulary.types = [Int32](repeating: TokenKind.normal.rawValue, count: tokens.count)
        for hole in holes { vocabulary.types[hole] = TokenKind.unused.rawValue }
        for (index, line) in merges.split(separator: 0x0A).enumerated() {
            let pair = line.last == 0x0D ? line.dropLast() : line
            if index == 0, pair.starts(with: "#version".utf8) { continue }
            if !pair.isEmpty { vocabulary.merges.append(pair) }
        }
        var rules: [Int32: AddedTokenRule] = [:]
        try vocabulary.apply(settings, &rules)
        let kind = settings.configuration["tokenizer_class"]?.string ?? "GPT2Tokenizer"
        guard
            [
                "GPT2Tokenizer", "GPT2TokenizerFast", "RobertaTokenizer", "RobertaTokenizerFast", "Qwen2Tokenizer",
                "Qwen2TokenizerFast", "PreTrainedTokenizerFast",
            ].contains(kind)
        else { throw .unsupportedComponent("tokenizer_config.json", "the tokenizer_class \(kind.prefix(40))") }
        let isQwen = kind.hasPrefix("Qwen2")
        vocabulary.preTokenizer = isQwen ? "qwen2" : "gpt-2"
        vocabulary.composes = isQwen ? true : nil
        vocabulary.addsSpacePrefix = settings.flag("add_prefix_space") ?? false
        let isRoberta = kind.hasPrefix("Roberta")
        vocabulary.addsBOS = isRoberta || (settings.flag("add_bos_token") ?? false)
        vocabulary.addsEOS = isRoberta
        return TokenizerDescription(vocabulary)
    }
}
