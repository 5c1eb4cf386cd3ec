import MartletCore

/// SentencePiece's model file: the pieces with their scores and kinds, and how text is normalized.
struct SentencePieceFile: Sendable {
    private let file: String
    private var tokens = TokenTable()
    private var scores: [Float] = []
    private var types: [Int32] = []
    private var algorithm: UInt64 = 1
    private var fallsBackToBytes = false
    private var spaceIsSuffix = false
    private var ids: [Int: Int64] = [40: 0, 41: 1, 42: 2, 43: -1]
    private var characterMap: [UInt8] = []
    private var addsPrefix = true
    private var removesExtraSpace = true
    private var escapesSpace = true
    private var hasDenormalizer = false

    init(_ bytes: [UInt8], file: String) throws(PromptError) {
        self.file = file
        let failure = bytes.withUnsafeBytes { all in
            do throws(ProtobufReader.Malformed) {
                try read(all)
                return nil as Int?
            } catch {
                return error.offset
            }
        }
        if let failure { throw .unreadable(file, "at byte \(failure) it is no SentencePiece model") }
        guard tokens.count > 0 else { throw .unreadable(file, "it has no pieces") }
        guard tokens.count < TokenizerFiles.greatestTokenCount else {
            throw .unreadable(file, "it has \(tokens.count) pieces")
        }
        guard tokens.bytes.isEmpty || String(validating: tokens.bytes, as: UTF8.self) != nil else {
            throw .unreadable(file, "its pieces are not UTF-8 text")
        }
    }

    private mutating func read(_ all: UnsafeRawBufferPointer) throws(ProtobufReader.Malformed) {
        var reader = ProtobufReader(all, 0..<all.count)
        while let (field, value) = try reader.next() {
            guard case .bytes(let range) = value else { continue }
            switch field {
            case 1: try readPiece(all, range)
            case 2: try readTraining(all, range)
            case 3: try readNormalizer(all, range)
            case 5: hasDenormalizer = try Self.hasMap(all, range)
            default: continue
            }
        }
    }

    private mutating func readPiece(
        _ all: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) throws(ProtobufReader.Malformed) {
        var reader = ProtobufReader(all, range)
        var text = 0..<0
        var score: Float = 0
        var type: Int32 = 1
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .bytes(let place)): text = place
            case (2, .bits(let bits)): score = Float(bitPattern: bits)
            case (3, .number(let number)): type = Int32(truncatingIfNeeded: min(number, 100))
            default: continue
            }
        }
        tokens.append(all[text])
        scores.append(score)
        types.append(type)
    }

    private mutating func readTraining(
        _ all: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) throws(ProtobufReader.Malformed) {
        var reader = ProtobufReader(all, range)
        while let (field, value) = try reader.next() {
            guard case .number(let number) = value else { continue }
            switch field {
            case 3: algorithm = number
            case 24: spaceIsSuffix = number != 0
            case 35: fallsBackToBytes = number != 0
            case 40...43: ids[field] = Int64(Int32(truncatingIfNeeded: number))
            default: continue
            }
        }
    }

    private mutating func readNormalizer(
        _ all: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) throws(ProtobufReader.Malformed) {
        var reader = ProtobufReader(all, range)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (2, .bytes(let place)): characterMap = Array(all[place])
            case (3, .number(let number)): addsPrefix = number != 0
            case (4, .number(let number)): removesExtraSpace = number != 0
            case (5, .number(let number)): escapesSpace = number != 0
            default: continue
            }
        }
    }

    private static func hasMap(
        _ all: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) throws(ProtobufReader.Malformed) -> Bool {
        var reader = ProtobufReader(all, range)
        while let (field, value) = try reader.next() {
            if field == 2, case .bytes(let place) = value, !place.isEmpty { return true }
        }
        return false
    }

    /// How text becomes tokens, the way the models of `tokenizer_class` number them.
    func description(_ settings: TokenizerSettings, name: String) throws(PromptError) -> TokenizerDescription {
        let model: String
        switch algorithm {
        case 1: model = "t5"
        case 2: model = "llama"
        default: throw .unsupportedComponent(file, "SentencePiece's algorithm number \(algorithm)")
        }
        if spaceIsSuffix { throw .unsupportedComponent(file, "spaces after words instead of before them") }
        if !escapesSpace { throw .unsupportedComponent(file, "spaces that aren't written as ▁") }
        if model == "llama", !characterMap.isEmpty {
            throw .unsupportedComponent(file, "a character map with SentencePiece's BPE")
        }
        var vocabulary = VocabularyDescription(model: model, tokens: tokens, name: name)
        vocabulary.scores = scores
        vocabulary.types = types
        vocabulary.characterMap = characterMap
        vocabulary.addsSpacePrefix = addsPrefix
        vocabulary.removesExtraWhitespace = removesExtraSpace
        func part(_ field: Int) -> TokenID? {
            ids[field].flatMap { 0..<Int64(tokens.count) ~= $0 ? TokenID(Int32(truncatingIfNeeded: $0)) : nil }
        }
        vocabulary.unknown = part(40)
        vocabulary.bos = part(41)
        vocabulary.eos = part(42)
        vocabulary.padding = part(43)
        if !fallsBackToBytes {
            // Without it the pieces that write bytes are never made.
            vocabulary.types = vocabulary.types.map { $0 == TokenKind.byte.rawValue ? TokenKind.unused.rawValue : $0 }
        }
        let kind = settings.configuration["tokenizer_class"]?.string ?? ""
        if kind.hasPrefix("XLMRoberta") || (kind.isEmpty && file == "sentencepiece.bpe.model") {
            vocabulary.renumberLikeFairseq()
        } else if kind.hasPrefix("Camembert") || kind.hasPrefix("MBart") || kind.hasPrefix("NllbTokenizer") {
            throw .unsupportedComponent(file, "the numbering of \(kind.prefix(40))")
        }
        if model == "t5" {
            vocabulary.addsBOS =
                vocabulary.bos.map { tokens in
                    vocabulary.tokens.bytes(of: tokens).elementsEqual("<s>".utf8) && kind.hasPrefix("XLMRoberta")
                } ?? false
            if kind.isEmpty, file == "sentencepiece.bpe.model" { vocabulary.addsBOS = true }
            vocabulary.addsEOS = vocabulary.eos != nil
        } else {
            vocabulary.addsBOS = settings.flag("add_bos_token") ?? true
            vocabulary.addsEOS = settings.flag("add_eos_token") ?? false
        }
        if kind.hasPrefix("T5") || (kind.isEmpty && file == "spiece.model") {
            vocabulary.addSentinels(Int(clamping: settings.configuration["extra_ids"]?.integer ?? 100))
        }
        var rules: [Int32: AddedTokenRule] = [:]
        try vocabulary.apply(settings, &rules)
        if kind.hasPrefix("Albert"), let first = vocabulary.classification, let last = vocabulary.separator {
            (vocabulary.bos, vocabulary.eos, vocabulary.addsBOS, vocabulary.addsEOS) = (first, last, true, true)
        }
        return TokenizerDescription(vocabulary)
    }
}

extension VocabularyDescription {
    /// Numbers the tokens as fairseq's models do: `<s>`, `<pad>`, `</s>`, `<unk>`, then the pieces after the first three, then `<mask>`.
    mutating func renumberLikeFairseq() {
        let (old, oldScores, oldTypes) = (tokens, scores, types)
        tokens = TokenTable(["<s>", "<pad>", "</s>", "<unk>"])
        scores = [0, 0, 0, 0]
        types = [TokenKind.control, .control, .control, .unknown].map(\.rawValue)
        for id in 0..<old.count where id >= 3 {
            tokens.append(old[id])
            scores.append(oldScores[id])
            types.append(oldTypes[id])
        }
        tokens.append("<mask>".utf8)
        scores.append(0)
        types.append(TokenKind.control.rawValue)
        bos = TokenID(0)
        padding = TokenID(1)
        eos = TokenID(2)
        unknown = TokenID(3)
        mask = TokenID(Int32(truncatingIfNeeded: tokens.count - 1))
    }

    /// Adds T5's sentinels, which are numbered backwards, where the vocabulary hasn't got them.
    mutating func addSentinels(_ count: Int) {
        guard 1...1000 ~= count,
            !tokens.bytes(of: TokenID(Int32(truncatingIfNeeded: tokens.count - 1))).starts(with: "<extra_id_".utf8)
        else { return }
        for number in stride(from: count - 1, through: 0, by: -1) {
            tokens.append("<extra_id_\(number)>".utf8)
            scores.append(0)
            types.append(TokenKind.control.rawValue)
        }
    }
}
