import MartletCore

extension TokenizerFileReader {
    /// The model's tokens in GGUF's layout, and the ids that no token has.
    func readVocabulary(
        _ kind: String,
        _ steps: [SplitStep],
        name: String
    ) throws(PromptError) -> (VocabularyDescription, holes: [Int]) {
        guard ["WordPiece", "Unigram", "BPE"].contains(kind) else { throw unknown("the model \(kind.prefix(40))") }
        guard let range = model["vocab"] else { throw .unreadable(file, "its model has no vocabulary") }
        var collector = TokenCollector(file: file)
        try Self.read(bytes) { all throws(PromptError) in
            var cursor = JSONCursor(all, range, file: file)
            if kind == "Unigram" {
                var text: [UInt8] = []
                try cursor.forEachElement { cursor throws(PromptError) in
                    text.removeAll(keepingCapacity: true)
                    var place = 0
                    try cursor.forEachElement { cursor throws(PromptError) in
                        if place == 0 { try cursor.readString(into: &text) } else { _ = try cursor.readNumber() }
                        place += 1
                    }
                    guard place == 2 else { throw cursor.error("a token is not a pair of text and score") }
                    try collector.append(text)
                }
            } else {
                try cursor.forEachMember { cursor, text throws(PromptError) in
                    try collector.insert(text, at: cursor.readIndex())
                }
            }
        }
        let (tokens, holes) = collector.table()
        guard tokens.count > 0 else { throw .unreadable(file, "its vocabulary is empty") }
        guard holes.count <= tokens.count / 2 + 4096 else { throw .unreadable(file, "most ids have no token") }
        let isByteLevel = steps.contains { if case .bytes = $0 { true } else { false } }
        let family =
            switch kind {
            case "WordPiece": "bert"
            case "Unigram": "t5"
            default: isByteLevel ? "gpt2" : "llama"
            }
        if isByteLevel, kind != "BPE" { throw unknown("the pre-tokenizer ByteLevel with the model \(kind)") }
        return (VocabularyDescription(model: family, tokens: tokens, name: name), holes)
    }

    /// The model's own data; `vocabulary` gets the scores and the kinds that only the model knows.
    func readModel(
        _ kind: String,
        _ steps: [SplitStep],
        _ vocabulary: inout VocabularyDescription
    ) throws(PromptError) -> PipelineDescription.Model {
        vocabulary.types = [Int32](repeating: TokenKind.normal.rawValue, count: vocabulary.tokens.count)
        switch kind {
        case "WordPiece":
            let prefix = Array((try value(model["continuing_subword_prefix"])?.string ?? "##").utf8)
            let longest = try value(model["max_input_chars_per_word"])?.integer ?? Int64(TextPipeline.longestWord)
            guard 0...1_000_000 ~= longest else {
                throw .unreadable(file, "its longest word has \(longest) characters")
            }
            return .wordPiece(tokens: vocabulary.tokens, prefix: prefix, longestWord: Int(longest))
        case "Unigram":
            let scores = try readScores()
            vocabulary.scores = scores.map { Float($0) }
            vocabulary.mapsByCluster = true
            if try value(model["byte_fallback"])?.bool == true { markBytes(&vocabulary) }
            return .unigram(scores: scores)
        default:
            if let dropout = try value(model["dropout"])?.number, dropout != 0 { throw unknown("BPE dropout") }
            let prefersWhole = try value(model["ignore_merges"])?.bool ?? false
            let (left, right) = try readMerges()
            if vocabulary.model == "gpt2" {
                guard try value(model["continuing_subword_prefix"])?.string ?? "" == "",
                    try value(model["end_of_word_suffix"])?.string ?? "" == ""
                else { throw unknown("a prefix or a suffix of subwords in a byte-level vocabulary") }
                for merge in 0..<left.count { vocabulary.merges.append(left[merge] + [0x20] + right[merge]) }
                return .byteMerges(prefersWholePieces: prefersWhole)
            }
            var options = MergeModel.Options()
            options.continuingPrefix = Array((try value(model["continuing_subword_prefix"])?.string ?? "").utf8)
            options.wordSuffix = Array((try value(model["end_of_word_suffix"])?.string ?? "").utf8)
            options.fallsBackToBytes = try value(model["byte_fallback"])?.bool ?? false
            options.fusesUnknown = try value(model["fuse_unk"])?.bool ?? false
            options.prefersWholePieces = prefersWhole
            if options.fallsBackToBytes { markBytes(&vocabulary) }
            return .merges(left: left, right: right, options)
        }
    }

    /// Marks the tokens that write one byte as `<0xXX>`.
    private func markBytes(_ vocabulary: inout VocabularyDescription) {
        for id in 0..<vocabulary.tokens.count where Vocabulary.byteValue(of: vocabulary.tokens[id]) != nil {
            vocabulary.types[id] = TokenKind.byte.rawValue
        }
    }

    private func readScores() throws(PromptError) -> [Double] {
        guard let range = model["vocab"] else { return [] }
        return try Self.read(bytes) { all throws(PromptError) in
            var scores: [Double] = []
            var cursor = JSONCursor(all, range, file: file)
            try cursor.forEachElement { cursor throws(PromptError) in
                var place = 0
                try cursor.forEachElement { cursor throws(PromptError) in
                    if place == 0 { try cursor.skipValue() } else { scores.append(try cursor.readNumber()) }
                    place += 1
                }
            }
            return scores
        }
    }

    /// Both sides of every merge, written as one text with a space or as two.
    private func readMerges() throws(PromptError) -> (TokenTable, TokenTable) {
        var left = TokenTable()
        var right = TokenTable()
        guard let range = model["merges"] else { throw .unreadable(file, "its model has no merges") }
        try Self.read(bytes) { all throws(PromptError) in
            var cursor = JSONCursor(all, range, file: file)
            var text: [UInt8] = []
            try cursor.forEachElement { cursor throws(PromptError) in
                text.removeAll(keepingCapacity: true)
                if cursor.peek() == UInt8(ascii: "\"") {
                    try cursor.readString(into: &text)
                    guard let space = text.firstIndex(of: 0x20), !text[(space + 1)...].contains(0x20) else {
                        throw cursor.error("a merge has no two sides")
                    }
                    left.append(text[..<space])
                    right.append(text[(space + 1)...])
                    return
                }
                var place = 0
                try cursor.forEachElement { cursor throws(PromptError) in
                    text.removeAll(keepingCapacity: true)
                    try cursor.readString(into: &text)
                    if place == 0 { left.append(text) } else { right.append(text) }
                    place += 1
                }
                guard place == 2 else { throw cursor.error("a merge has no two sides") }
            }
        }
        return (left, right)
    }
}
