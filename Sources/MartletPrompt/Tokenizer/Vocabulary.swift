import MartletCore

/// A checked vocabulary: what each token means in bytes, and which token has given bytes.
///
/// Immutable and shared by every copy of a ``Tokenizer``.
final class Vocabulary: Sendable {
    /// How tokens write their bytes, and how text is merged into them.
    enum Algorithm: Sendable {
        case sentencePiece
        case byteLevel
        case wordPiece
        case unigram
    }

    let algorithm: Algorithm
    /// What each token stands for, in bytes of text.
    let texts: TokenTable
    /// What each token is for.
    let kinds: [TokenKind]
    /// Finds normal tokens (and unused ones, which SentencePiece merges through) by their bytes.
    let index: TokenIndex
    /// The token of each single byte, or -1.
    let byteTokens: [Int32]
    /// The tokens that are recognised whole, before any merging.
    let addedTokens: AddedTokenMatcher
    /// How added tokens meet the text around them, where not plainly.
    let addedRules: [Int32: AddedTokenRule]
    let specials: SpecialTokens

    /// - Parameters:
    ///   - rules: How added tokens meet the text around them.
    ///   - isSearched: Whether an added token is looked for in text before anything else is done to it.
    init(
        _ description: VocabularyDescription,
        rules: [Int32: AddedTokenRule] = [:],
        isSearched: (Int32) -> Bool = { _ in true }
    ) throws(PromptError) {
        switch description.model {
        case "llama": algorithm = .sentencePiece
        case "gpt2": algorithm = .byteLevel
        case "bert": algorithm = .wordPiece
        case "t5", "ugm": algorithm = .unigram
        default:
            throw PromptError(
                .unsupportedModel,
                "the vocabulary of \(description.nameForMessages) is of kind “\(description.model.prefix(64))”",
                remedy:
                    "Martlet reads the kinds “llama” (SentencePiece BPE), “gpt2” (byte-level BPE), “bert” (WordPiece) "
                    + "and “t5” (unigram); choose a model with one of these"
            )
        }
        let count = description.tokens.count
        guard count > 0, count < Int(Int32.max) else {
            throw description.invalid("the vocabulary has \(count) tokens")
        }
        var kinds = try Self.kinds(of: description)
        specials = try SpecialTokens(description, kinds: &kinds)
        self.kinds = kinds

        let texts = Self.decode(description, kinds, algorithm)
        self.texts = texts.table
        (index, byteTokens) = try Self.index(of: description, kinds, algorithm, texts)
        // sentencepiece finds the tokens that users define while it scores, not before.
        let findsInline = algorithm == .unigram && description.mapsByCluster != true
        addedTokens = try Self.addedTokens(of: description, kinds, texts.table) { token in
            isSearched(token) && !(findsInline && kinds[Int(token)] == .userDefined)
        }
        var allRules = rules
        if let kept = specials.keepsSpaceAfter {
            for token in kinds.indices where [.control, .userDefined, .unknown].contains(kinds[token]) {
                let number = Int32(truncatingIfNeeded: token)
                if !kept.contains(TokenID(number)) { allRules[number, default: []].insert(.stripsRight) }
            }
        }
        addedRules = allRules
    }

    /// The kinds as the file numbers them; files from before there were kinds get them from the texts.
    private static func kinds(of description: VocabularyDescription) throws(PromptError) -> [TokenKind] {
        let count = description.tokens.count
        if description.types.isEmpty {
            return (0..<count).map { token in
                description.model != "gpt2" && description.model != "bert"
                    && byteValue(of: description.tokens[token]) != nil ? .byte : .normal
            }
        }
        guard description.types.count == count else {
            throw description.invalid("there are \(description.types.count) token types for \(count) tokens")
        }
        var kinds: [TokenKind] = []
        kinds.reserveCapacity(count)
        for (token, number) in description.types.enumerated() {
            guard let kind = number == 0 ? .normal : TokenKind(rawValue: number) else {
                throw description.invalid("token \(token) has the unknown type \(number)")
            }
            if kind == .byte, byteValue(of: description.tokens[token]) == nil {
                throw description.invalid("token \(token) is a byte, but its text is not of the form <0xXX>")
            }
            kinds.append(kind)
        }
        return kinds
    }

    /// The byte that `<0xXX>` writes.
    static func byteValue(of text: ArraySlice<UInt8>) -> UInt8? {
        guard text.count == 6, text.starts(with: "<0x".utf8), text.last == UInt8(ascii: ">") else { return nil }
        let digits = text.dropFirst(3).prefix(2)
        guard digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    /// Writes out every token's bytes of text, and says which of them text can reach by merging.
    private static func decode(
        _ description: VocabularyDescription,
        _ kinds: [TokenKind],
        _ algorithm: Algorithm
    ) -> (table: TokenTable, isIndexed: [Bool]) {
        let tokens = description.tokens
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tokens.bytes.count)
        var offsets: [Int] = [0]
        offsets.reserveCapacity(tokens.count + 1)
        var isIndexed = [Bool](repeating: true, count: tokens.count)
        tokens.bytes.withUnsafeBytes { source in
            for token in 0..<tokens.count {
                let text = UnsafeRawBufferPointer(rebasing: source[tokens.range(at: token)])
                switch (kinds[token], algorithm) {
                case (.byte, _):
                    bytes.append(byteValue(of: tokens[token]) ?? 0)
                case (.normal, .byteLevel), (.unused, .byteLevel):
                    if !ByteAlphabet.appendBytes(of: text, to: &bytes) {
                        bytes.append(contentsOf: text)
                        isIndexed[token] = false
                    }
                case (.normal, .sentencePiece), (.unused, .sentencePiece):
                    // Text never has a plain space when it is merged, so neither does a token that text can reach.
                    isIndexed[token] = !text.contains(0x20)
                    SpaceMark.appendUnescaped(text, to: &bytes)
                case (.userDefined, .sentencePiece), (.userDefined, .unigram), (.normal, .unigram), (.unused, .unigram):
                    SpaceMark.appendUnescaped(text, to: &bytes)
                case (.normal, .wordPiece), (.unused, .wordPiece):
                    WordPieceText.append(text, to: &bytes)
                case (.control, _), (.unknown, _), (.userDefined, .byteLevel), (.userDefined, .wordPiece):
                    bytes.append(contentsOf: text)
                }
                offsets.append(bytes.count)
            }
        }
        return (TokenTable(uncheckedBytes: bytes, offsets: offsets), isIndexed)
    }

    /// Finds every token that text can reach by its bytes, and the single bytes.
    private static func index(
        of description: VocabularyDescription,
        _ kinds: [TokenKind],
        _ algorithm: Algorithm,
        _ texts: (table: TokenTable, isIndexed: [Bool])
    ) throws(PromptError) -> (TokenIndex, [Int32]) {
        // The other kinds keep tables of their own for what text can reach.
        let isNeeded = algorithm == .sentencePiece || algorithm == .byteLevel
        var index = TokenIndex(capacity: isNeeded ? kinds.count : 0)
        var byteTokens = [Int32](repeating: -1, count: 256)
        var duplicate: (Int, Int)?
        texts.table.bytes.withUnsafeBytes { bytes in
            let offsets = texts.table.offsets
            for token in 0..<kinds.count {
                let range = offsets[token]..<offsets[token + 1]
                switch kinds[token] {
                case .normal, .unused:
                    guard isNeeded, texts.isIndexed[token], !range.isEmpty else { continue }
                    if let other = index.insert(token, in: bytes, offsets: offsets) { duplicate = (other, token) }
                    if range.count == 1, algorithm == .byteLevel {
                        byteTokens[Int(bytes[range.lowerBound])] = Int32(truncatingIfNeeded: token)
                    }
                case .byte:
                    if range.count == 1 { byteTokens[Int(bytes[range.lowerBound])] = Int32(truncatingIfNeeded: token) }
                case .control, .userDefined, .unknown:
                    continue
                }
            }
        }
        if let duplicate {
            throw description.invalid("the tokens \(duplicate.0) and \(duplicate.1) have the same text")
        }
        return (index, byteTokens)
    }

    private static func addedTokens(
        of description: VocabularyDescription,
        _ kinds: [TokenKind],
        _ texts: TokenTable,
        isSearched: (Int32) -> Bool
    ) throws(PromptError) -> AddedTokenMatcher {
        let added = kinds.indices.filter {
            [.control, .userDefined, .unknown].contains(kinds[$0]) && isSearched(Int32(truncatingIfNeeded: $0))
        }
        return try matcher(for: added, texts, description)
    }

    /// Finds `tokens` by their texts.
    static func matcher(
        for added: [Int],
        _ texts: TokenTable,
        _ description: VocabularyDescription
    ) throws(PromptError) -> AddedTokenMatcher {
        var matcher = AddedTokenMatcher(byteCount: added.reduce(0) { $0 + texts.range(at: $1).count })
        for token in added {
            let text = texts[token]
            guard text.count <= AddedTokenMatcher.longestByteCount else {
                throw description.invalid(
                    "the added token \(token) has \(text.count) bytes, more than \(AddedTokenMatcher.longestByteCount)"
                )
            }
            guard !text.isEmpty else { continue }
            if let other = matcher.insert(Int32(truncatingIfNeeded: token), text) {
                throw description.invalid("the added tokens \(other) and \(token) have the same text")
            }
        }
        return matcher
    }
}

extension VocabularyDescription {
    /// The model's name, bounded, or words in its place.
    var nameForMessages: String {
        name.isEmpty ? "this model" : "“\(name.prefix(64))”"
    }

    /// An error about contradictory tables.
    func invalid(_ message: String) -> PromptError {
        PromptError(
            .invalidVocabulary,
            "the vocabulary of \(nameForMessages) cannot be used: \(message)",
            remedy: "The model file is damaged or was converted wrongly; download it again or get another conversion"
        )
    }
}

extension TokenTable {
    /// Takes over a buffer whose offsets are right by construction.
    init(uncheckedBytes bytes: [UInt8], offsets: [Int]) {
        self.init()
        replace(bytes: bytes, offsets: offsets)
    }
}
