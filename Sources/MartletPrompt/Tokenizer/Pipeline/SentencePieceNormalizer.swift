/// SentencePiece's own normalization: the character map by longest match, extra spaces out, spaces written as `▁`.
///
/// - SeeAlso: Kudo and Richardson 2018, arXiv:1808.06226.
struct SentencePieceNormalizer: Sendable {
    var map: CharacterMap?
    /// Whether outer spaces vanish and runs of them become one.
    var removesExtraSpace = true
    /// Whether a space comes before the first word.
    var addsSpacePrefix = true
    /// Texts that the map leaves alone.
    var kept: AddedTokenMatcher?

    private static let mark: [UInt8] = [0xE2, 0x96, 0x81]

    /// Appends what `text`, valid UTF-8, becomes.
    func append(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + text.count * 2)
        let start = output.count
        var offset = 0
        if removesExtraSpace {
            while offset < text.count {
                let next = step(text, at: offset)
                guard isSpace(next, text, offset) else { break }
                offset = next.end
            }
        }
        guard offset < text.count else { return }
        if addsSpacePrefix { output += Self.mark }
        var isAfterSpace = removesExtraSpace
        while offset < text.count {
            let next = step(text, at: offset)
            if let range = next.replacement, let map {
                append(map.replacement(range), &isAfterSpace, to: &output)
            } else {
                append(text[offset..<next.end], &isAfterSpace, to: &output)
            }
            offset = next.end
        }
        guard removesExtraSpace else { return }
        while output.count >= start + 3, output.suffix(3).elementsEqual(Self.mark) { output.removeLast(3) }
    }

    @inline(__always)
    private func append(
        _ piece: some RandomAccessCollection<UInt8>,
        _ isAfterSpace: inout Bool,
        to output: inout [UInt8]
    ) {
        for byte in piece {
            if byte == 0x20 {
                if isAfterSpace { continue }
                output += Self.mark
                isAfterSpace = removesExtraSpace
            } else {
                output.append(byte)
                isAfterSpace = false
            }
        }
    }

    private func isSpace(
        _ next: (end: Int, replacement: Range<Int>?),
        _ text: UnsafeRawBufferPointer,
        _ offset: Int
    ) -> Bool {
        if let range = next.replacement, let map { return map.replacement(range).elementsEqual([0x20]) }
        return next.end == offset + 1 && text[offset] == 0x20
    }

    /// What comes next in `text`: where it ends, and what replaces it.
    @inline(__always)
    private func step(_ text: UnsafeRawBufferPointer, at offset: Int) -> (end: Int, replacement: Range<Int>?) {
        let first = text[offset]
        if let kept, kept.mayBegin(with: first),
            let match = kept.longestMatch(in: text, at: offset, isAllowed: { _, _ in true })
        {
            return (match.end, nil)
        }
        if let map, map.mayBegin(with: first),
            let rule = map.match(in: text, offset..<text.count, takesShortest: false)
        {
            return (offset + rule.length, rule.replacement)
        }
        return (offset + UTF8Text.length(first), nil)
    }
}
