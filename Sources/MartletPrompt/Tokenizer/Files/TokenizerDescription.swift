import MartletCore

/// How text becomes a model's tokens, as the files beside the model say.
///
/// A ``Tokenizer`` made of it does exactly what the files say; ``ggufVocabulary()`` says the same to a GGUF file, as far as
/// that can hold it.
public struct TokenizerDescription: Sendable {
    /// The tokens with their kinds and parts, in GGUF's layout.
    public internal(set) var vocabulary: VocabularyDescription
    /// The steps from text to tokens; nil where the vocabulary says all.
    var pipeline: PipelineDescription?
    /// What a GGUF file cannot hold of it, such as “the normalizer Replace”; nil when it can hold all.
    public internal(set) var obstacle: String?

    init(_ vocabulary: VocabularyDescription, pipeline: PipelineDescription? = nil) {
        self.vocabulary = vocabulary
        self.pipeline = pipeline
    }

    /// Reads the files beside a model: `tokenizer.json`, else SentencePiece's model, else `vocab.txt`, else `vocab.json`
    /// with `merges.txt`.
    ///
    /// - Parameter name: The model's name, for messages.
    /// - Throws: An error that names the file, what is wrong with it, and the remedy.
    public init(_ files: TokenizerFiles, name: String = "") throws(PromptError) {
        let settings = try TokenizerSettings(files)
        if let bytes = try files.bytes("tokenizer.json") {
            var reader = try TokenizerFileReader(bytes, file: "tokenizer.json", settings)
            self = try reader.description(name: name)
            return
        }
        for file in ["spiece.model", "sentencepiece.bpe.model", "tokenizer.model"] {
            guard let bytes = try files.bytes(file, isText: false) else { continue }
            self = try SentencePieceFile(bytes, file: file).description(settings, name: name)
            return
        }
        if let bytes = try files.bytes("vocab.txt") {
            self = try Self.wordPiece(bytes, settings, name: name)
            return
        }
        if let vocabulary = try files.bytes("vocab.json"), let merges = try files.bytes("merges.txt") {
            self = try Self.byteLevel(vocabulary, merges, settings, name: name)
            return
        }
        throw PromptError(
            .invalidVocabulary,
            "there is no tokenizer beside the model\(name.isEmpty ? "" : " “\(name.prefix(64))”")",
            remedy: "Put one of these there: tokenizer.json; spiece.model, sentencepiece.bpe.model or tokenizer.model; "
                + "vocab.txt; vocab.json with merges.txt"
        )
    }

    /// The vocabulary as a GGUF file holds it.
    ///
    /// - Throws: ``PromptError/Code/unsupportedComponent`` naming what a GGUF file cannot hold.
    public func ggufVocabulary() throws(PromptError) -> VocabularyDescription {
        guard let obstacle else { return vocabulary }
        throw PromptError(
            .unsupportedComponent,
            "a GGUF file cannot hold \(obstacle) of this tokenizer",
            remedy: "Without it the model would read other tokens than it was trained on; convert another model"
        )
    }
}

/// The steps from text to tokens.
struct PipelineDescription: Sendable {
    /// What makes tokens of a piece, not yet checked.
    enum Model: Sendable {
        /// `tokens` as the file writes them.
        case wordPiece(tokens: TokenTable, prefix: [UInt8], longestWord: Int)
        case unigram(scores: [Double])
        case merges(left: TokenTable, right: TokenTable, MergeModel.Options)
        case byteMerges(prefersWholePieces: Bool)
    }

    var normalizers: [Normalizer] = []
    var splitters: [Splitter] = []
    var model: Model
    var template = SequenceTemplate(single: [.first(type: 0)], pair: nil)
    var rules: [Int32: AddedTokenRule] = [:]
    /// Added tokens that are looked for after normalization.
    var normalizedTokens: Set<Int32> = []
    /// Whether a decoded text loses its first space.
    var addsSpacePrefix = false
    /// How many tokens the model itself has; those after them were added, and text reaches them only whole.
    var ownCount: Int

    /// Whether text reaches a token through the model.
    func reaches(_ token: Int, _ kind: TokenKind) -> Bool {
        token < ownCount && [.normal, .byte, .userDefined].contains(kind)
    }
}

extension Tokenizer {
    /// Makes the tokenizer that a model's files describe.
    ///
    /// - Throws: An error that names the model, what its files have wrong, and the remedy.
    public init(_ description: TokenizerDescription) throws(PromptError) {
        guard let pipeline = description.pipeline else {
            try self.init(description.vocabulary)
            return
        }
        let vocabulary = try Vocabulary(description.vocabulary, rules: pipeline.rules) {
            !pipeline.normalizedTokens.contains($0)
        }
        var text = TextPipeline(
            normalizers: pipeline.normalizers,
            splitters: pipeline.splitters,
            model: try TextPipeline.Model(pipeline, description.vocabulary, vocabulary)
        )
        if !pipeline.normalizedTokens.isEmpty {
            text.normalizedTokens = try pipeline.normalizedMatcher(description.vocabulary)
        }
        self.init(vocabulary, text, pipeline.template, addsSpacePrefix: pipeline.addsSpacePrefix)
    }
}

extension PipelineDescription {
    /// Finds the texts of added tokens as normalization leaves them.
    fileprivate func normalizedMatcher(_ description: VocabularyDescription) throws(PromptError) -> AddedTokenMatcher {
        var table = description.tokens
        var scratch: [UInt8] = []
        var bytes: [UInt8] = []
        var offsets = [0]
        for token in 0..<table.count {
            var text = Array(table[token])
            if normalizedTokens.contains(Int32(truncatingIfNeeded: token)) {
                for normalizer in normalizers { normalizer.apply(to: &text, scratch: &scratch) }
            }
            bytes += text
            offsets.append(bytes.count)
        }
        table.replace(bytes: bytes, offsets: offsets)
        return try Vocabulary.matcher(for: normalizedTokens.sorted().map(Int.init), table, description)
    }
}

extension TextPipeline.Model {
    fileprivate init(
        _ pipeline: PipelineDescription,
        _ description: VocabularyDescription,
        _ vocabulary: Vocabulary
    ) throws(PromptError) {
        let reached = vocabulary.kinds.indices.filter { pipeline.reaches($0, vocabulary.kinds[$0]) }
        switch pipeline.model {
        case .wordPiece(let tokens, let prefix, let longestWord):
            let members = reached.filter { !tokens[$0].isEmpty }
            let continuations = members.filter { tokens[$0].count > prefix.count && tokens[$0].starts(with: prefix) }
            self = .wordPiece(
                WordPieceModel(
                    tokens,
                    beginnings: members.map { Int32(truncatingIfNeeded: $0) },
                    continuations: continuations.map { Int32(truncatingIfNeeded: $0) },
                    skipping: prefix.count,
                    unknown: vocabulary.specials.unknown?.rawValue,
                    longestWord: longestWord
                )
            )
        case .unigram(let scores):
            self = .unigram(
                try UnigramModel(description, vocabulary, scores: scores, .double, ownCount: pipeline.ownCount)
            )
        case .merges(let left, let right, let options):
            self = .merges(
                try MergeModel(
                    description.tokens,
                    members: reached.map { Int32(truncatingIfNeeded: $0) },
                    merges: (left, right),
                    byteTokens: vocabulary.byteTokens,
                    options: options,
                    invalid: description.invalid
                )
            )
        case .byteMerges(let prefersWholePieces):
            self = .byteMerges(try ByteMerges(description, vocabulary), prefersWholePieces: prefersWholePieces)
        }
    }
}
