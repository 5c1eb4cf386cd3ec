/// BERT's cleaning: control characters out, white space to spaces, ideographs apart, accents off, lower case.
///
/// - SeeAlso: Devlin et al. 2018, arXiv:1810.04805.
struct BertNormalizer: Hashable, Sendable {
    /// Whether control characters vanish and white space becomes plain spaces.
    var cleansText = true
    /// Whether each ideograph becomes a word of its own.
    var spacesIdeographs = true
    /// Whether accents are taken off.
    var stripsAccents = true
    /// Whether letters become small.
    var lowercases = true

    /// Appends what `text`, valid UTF-8, becomes.
    func append(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + text.count + 16)
        let tables = ReferenceTables.shared
        var run = CombiningRun(composes: false)
        var stripped: [UInt8] = []
        var offset = 0
        while offset < text.count {
            let byte = text[offset]
            if byte < 0x80 {
                offset += 1
                guard let kept = ascii(byte) else { continue }
                // The next character could join this one only if it isn't ASCII either.
                output.append(kept)
                continue
            }
            // A run of characters beyond ASCII, with the one before it where that may carry an accent.
            stripped.removeAll(keepingCapacity: true)
            while offset < text.count, text[offset] >= 0x80 || ascii(text[offset]) == nil {
                if text[offset] < 0x80 {
                    offset += 1
                    continue
                }
                let scalar = UTF8Text.scalar(text, at: &offset)
                appendCleaned(scalar, tables, &run, &stripped)
            }
            run.flush(to: &stripped)
            stripped.withUnsafeBytes { finish($0, tables, to: &output) }
        }
    }

    /// What a byte of ASCII becomes, nil for nothing.
    @inline(__always)
    private func ascii(_ byte: UInt8) -> UInt8? {
        if byte >= 0x20, byte != 0x7F {
            return lowercases && 0x41...0x5A ~= byte ? byte | 0x20 : byte
        }
        guard cleansText else { return byte }
        return byte == 0x09 || byte == 0x0A || byte == 0x0D ? 0x20 : nil
    }

    /// Cleaning and spacing of one scalar, then decomposition where accents come off.
    private func appendCleaned(
        _ scalar: UInt32,
        _ tables: ReferenceTables,
        _ run: inout CombiningRun,
        _ output: inout [UInt8]
    ) {
        let classes = tables.classes(of: scalar)
        var scalar = scalar
        if cleansText {
            if classes.contains(.control) { return }
            if classes.contains(.whiteSpace) { scalar = 0x20 }
        }
        let isIdeograph = spacesIdeographs && classes.contains(.ideograph)
        if isIdeograph { place(0x20, tables, &run, &output) }
        if stripsAccents {
            tables.decompose(scalar, compatibly: false) { run.append($0, tables, to: &output) }
        } else {
            UTF8Text.append(scalar, to: &output)
        }
        if isIdeograph { place(0x20, tables, &run, &output) }
    }

    private func place(_ scalar: UInt32, _ tables: ReferenceTables, _ run: inout CombiningRun, _ output: inout [UInt8])
    {
        if stripsAccents { run.append(scalar, tables, to: &output) } else { UTF8Text.append(scalar, to: &output) }
    }

    /// Drops marks and makes letters small.
    private func finish(_ text: UnsafeRawBufferPointer, _ tables: ReferenceTables, to output: inout [UInt8]) {
        var offset = 0
        while offset < text.count {
            let scalar = UTF8Text.scalar(text, at: &offset)
            if stripsAccents, tables.classes(of: scalar).contains(.nonspacingMark) { continue }
            if lowercases {
                tables.lowercase(scalar) { UTF8Text.append($0, to: &output) }
            } else {
                UTF8Text.append(scalar, to: &output)
            }
        }
    }
}
