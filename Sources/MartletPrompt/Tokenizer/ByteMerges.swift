/// The merges of byte-level BPE, by the tokens on either side.
struct ByteMerges: Sendable {
    private let merges: PairTable

    init(_ description: VocabularyDescription, _ vocabulary: Vocabulary) throws(PromptError) {
        let source = description.merges
        guard source.count < Int(UInt32.max) else { throw description.invalid("there are \(source.count) merges") }
        var merges = PairTable(capacity: source.count)
        var failure: (merge: Int, reason: String)?
        source.bytes.withUnsafeBytes { all in
            var decoded: [UInt8] = []
            var previous: Int32 = -1
            for merge in 0..<source.count {
                let text = UnsafeRawBufferPointer(rebasing: all[source.range(at: merge)])
                // The left side may itself be written with a space as its first character.
                guard let space = text.dropFirst().firstIndex(of: 0x20) else {
                    failure = (merge, "has no space between its two sides")
                    return
                }
                decoded.removeAll(keepingCapacity: true)
                let left = UnsafeRawBufferPointer(rebasing: text[..<space])
                let right = UnsafeRawBufferPointer(rebasing: text[(space + 1)...])
                guard ByteAlphabet.appendBytes(of: left, to: &decoded) else {
                    failure = (merge, "leaves the byte alphabet")
                    return
                }
                let middle = decoded.count
                guard ByteAlphabet.appendBytes(of: right, to: &decoded) else {
                    failure = (merge, "leaves the byte alphabet")
                    return
                }
                let tokens = decoded.withUnsafeBytes { bytes in
                    Self.tokens(bytes, middle: middle, previous: previous, vocabulary)
                }
                guard let tokens else {
                    failure = (merge, "names a token that is missing")
                    return
                }
                merges.insert(
                    left: tokens.left,
                    right: tokens.right,
                    rank: UInt32(truncatingIfNeeded: merge),
                    result: tokens.whole
                )
                previous = tokens.whole
            }
        }
        if let failure { throw description.invalid("merge \(failure.merge) \(failure.reason)") }
        self.merges = merges
    }

    /// The tokens of both sides of a merge and of the whole, which is often what the merge before makes or the one after it.
    private static func tokens(
        _ bytes: UnsafeRawBufferPointer,
        middle: Int,
        previous: Int32,
        _ vocabulary: Vocabulary
    ) -> (left: Int32, right: Int32, whole: Int32)? {
        func find(_ range: Range<Int>) -> Int32? {
            range.count == 1
                ? vocabulary.byteTokens[Int(bytes[range.lowerBound])]
                : vocabulary.index.find(UnsafeRawBufferPointer(rebasing: bytes[range]), in: vocabulary.texts)
        }
        guard let left = find(0..<middle), let right = find(middle..<bytes.count), left >= 0, right >= 0 else {
            return nil
        }
        // Files list the merges in the order of what they make, often several that make the same.
        let guess = (previous...previous &+ 1).first { candidate in
            candidate >= 0 && Int(candidate) < vocabulary.texts.count && vocabulary.kinds[Int(candidate)] == .normal
                && vocabulary.texts.text(at: Int(candidate), equals: bytes)
        }
        guard let whole = guess ?? find(0..<bytes.count) else { return nil }
        return (left, right, whole)
    }

    private struct Rule: MergeRule {
        let merges: PairTable

        func merge(_ left: SymbolMerger.Symbol, _ right: SymbolMerger.Symbol) -> (key: UInt32, token: Int32)? {
            merges.find(left: left.token, right: right.token).map { ($0.rank, $0.result) }
        }
    }

    /// Appends the tokens of a piece.
    ///
    /// - Parameter prefersWhole: Whether a piece that is a token is that token, whatever the merges say.
    func encode(
        _ piece: UnsafeRawBufferPointer,
        _ vocabulary: Vocabulary,
        prefersWhole: Bool,
        _ scratch: inout SymbolMerger,
        _ output: inout [Int32]
    ) {
        if prefersWhole, let token = vocabulary.index.find(piece, in: vocabulary.texts),
            vocabulary.kinds[Int(token)] == .normal
        {
            output.append(token)
            return
        }
        scratch.reset()
        for byte in piece {
            scratch.append(SymbolMerger.Symbol(token: vocabulary.byteTokens[Int(byte)], start: 0, end: 0))
        }
        scratch.run(Rule(merges: merges))
        scratch.forEach { symbol in
            // A vocabulary without all 256 bytes cannot spell the missing ones: they are left out.
            if symbol.token >= 0 { output.append(symbol.token) }
        }
    }
}
