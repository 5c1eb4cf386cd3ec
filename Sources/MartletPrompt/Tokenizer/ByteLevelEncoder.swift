/// Byte-level BPE: within each piece of text, merges neighbouring tokens in the order in which the merges were learnt.
///
/// - SeeAlso: Sennrich et al. 2016, arXiv:1508.07909; Radford et al. 2019.
struct ByteLevelEncoder: Sendable {
    let preTokenizer: PreTokenizer
    private let merges: ByteMerges

    init(_ description: VocabularyDescription, _ vocabulary: Vocabulary) throws(PromptError) {
        preTokenizer = try PreTokenizer.find(description)
        merges = try ByteMerges(description, vocabulary)
    }

    /// Appends the tokens of `text`.
    ///
    /// - Complexity: O(n log n) in the length of a piece.
    func encode(
        _ text: UnsafeRawBufferPointer,
        _ vocabulary: Vocabulary,
        scalars: inout ScalarText,
        scratch: inout SymbolMerger,
        to output: inout [Int32]
    ) {
        scalars.replace(with: text)
        let offsets = scalars.offsets
        preTokenizer.forEachPiece(of: scalars) { range in
            let piece = UnsafeRawBufferPointer(rebasing: text[offsets[range.lowerBound]..<offsets[range.upperBound]])
            merges.encode(piece, vocabulary, prefersWhole: preTokenizer.prefersWholePieces, &scratch, &output)
        }
    }
}
