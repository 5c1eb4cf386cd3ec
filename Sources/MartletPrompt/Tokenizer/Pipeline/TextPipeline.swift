import MartletCore

/// Text to tokens in the steps of Hugging Face tokenizers: normalize, split, encode each piece.
struct TextPipeline: Sendable {
    /// What makes tokens of a piece.
    enum Model: Sendable {
        case wordPiece(WordPieceModel)
        case unigram(UnigramModel)
        case merges(MergeModel)
        case byteMerges(ByteMerges, prefersWholePieces: Bool)
    }

    var normalizers: [Normalizer]
    var splitters: [Splitter]
    var model: Model
    /// Added tokens that are looked for after normalization.
    var normalizedTokens: AddedTokenMatcher?

    /// Memory that is kept from one text to the next.
    struct Scratch {
        var text: [UInt8] = []
        var spare: [UInt8] = []
        var pieces = PieceBuffer()
        var splitter = SplitterScratch()
        var unigram = UnigramModel.Scratch()
        var merger = SymbolMerger()
    }

    /// Appends the tokens of `text`, valid UTF-8 without added tokens.
    ///
    /// - Parameters:
    ///   - isFirst: Whether `text` begins the whole text.
    ///   - isTrusted: Whether control tokens may be found after normalization.
    func encode(
        _ text: UnsafeRawBufferPointer,
        isFirst: Bool,
        isTrusted: Bool,
        _ vocabulary: Vocabulary,
        scratch: inout Scratch,
        to output: inout [Int32]
    ) {
        scratch.text.removeAll(keepingCapacity: true)
        scratch.text.append(contentsOf: text)
        for normalizer in normalizers { normalizer.apply(to: &scratch.text, scratch: &scratch.spare) }
        guard let normalizedTokens else {
            encodeNormalized(0..<scratch.text.count, isFirst: isFirst, vocabulary, &scratch, &output)
            return
        }
        let normalized = scratch.text
        normalized.withUnsafeBytes { bytes in
            AddedTokenScan(matcher: normalizedTokens, rules: vocabulary.addedRules).run(
                bytes,
                isAllowed: { token, _ in isTrusted || vocabulary.kinds[Int(token)] == .userDefined },
                plain: { range in
                    encodeNormalized(range, isFirst: isFirst && range.lowerBound == 0, vocabulary, &scratch, &output)
                },
                token: { output.append($0) }
            )
        }
    }

    private func encodeNormalized(
        _ range: Range<Int>,
        isFirst: Bool,
        _ vocabulary: Vocabulary,
        _ scratch: inout Scratch,
        _ output: inout [Int32]
    ) {
        guard !range.isEmpty else { return }
        scratch.pieces.removeAll()
        if range.count == scratch.text.count {
            swap(&scratch.pieces.bytes, &scratch.text)
        } else {
            scratch.pieces.bytes.append(contentsOf: scratch.text[range])
        }
        scratch.pieces.pieces.append(0..<range.count)
        for splitter in splitters { splitter.apply(to: &scratch.pieces, isFirst: isFirst, scratch: &scratch.splitter) }
        scratch.pieces.bytes.withUnsafeBytes { bytes in
            for piece in scratch.pieces.pieces {
                let text = UnsafeRawBufferPointer(rebasing: bytes[piece])
                switch model {
                case .wordPiece(let model): model.encode(text, to: &output)
                case .unigram(let model): model.encode(text, scratch: &scratch.unigram, to: &output)
                case .merges(let model): model.encode(text, scratch: &scratch.merger, to: &output)
                case .byteMerges(let merges, let prefersWholePieces):
                    merges.encode(text, vocabulary, prefersWhole: prefersWholePieces, &scratch.merger, &output)
                }
            }
        }
    }
}
