/// SentencePiece's precompiled character map: a double-array trie over what is replaced, and what replaces it.
///
/// The layout is that of the Darts-clone library: units of 32 bits with a label, an offset and a leaf bit.
struct CharacterMap: Hashable, Sendable {
    private let units: [UInt32]
    /// The replacements, each with a NUL after it.
    private let replacements: [UInt8]
    /// Whether some rule begins with a byte.
    private let begins: [Bool]

    /// Reads a map; nil when its lengths contradict each other.
    init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count > 8 else { return nil }
        func word(_ offset: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
        }
        let trieCount = Int(word(0))
        guard trieCount >= 4, trieCount % 4 == 0, trieCount < bytes.count - 4 else { return nil }
        units = stride(from: 4, to: 4 + trieCount, by: 4).map(word)
        replacements = Array(bytes[(4 + trieCount)...])
        guard replacements.last == 0 else { return nil }
        var begins = [Bool](repeating: false, count: 256)
        let root = Self.offset(units[0])
        for byte in 1..<256 {
            let place = root ^ byte
            begins[byte] = place < units.count && Self.label(units[place]) == UInt32(byte)
        }
        self.begins = begins
    }

    private static func label(_ unit: UInt32) -> UInt32 { unit & 0x8000_00FF }
    private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }

    /// Whether a rule may begin with `byte`.
    @inline(__always)
    func mayBegin(with byte: UInt8) -> Bool { begins[Int(byte)] }

    /// The rule that begins `text` within `range`: how many bytes it takes, and where its replacement lies.
    ///
    /// - Parameter takesShortest: Whether the first rule found counts rather than the longest.
    func match(
        in text: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        takesShortest: Bool
    ) -> (length: Int, replacement: Range<Int>)? {
        var found: (length: Int, value: Int)?
        var place = Self.offset(units[0])
        for index in range {
            let byte = text[index]
            guard byte != 0 else { break }
            place ^= Int(byte)
            guard place < units.count, Self.label(units[place]) == UInt32(byte) else { break }
            let unit = units[place]
            place ^= Self.offset(unit)
            guard unit & 0x100 != 0 else { continue }
            guard place < units.count else { break }
            found = (index + 1 - range.lowerBound, Int(units[place] & 0x7FFF_FFFF))
            if takesShortest { break }
        }
        guard let found, found.value < replacements.count else { return nil }
        var end = found.value
        while replacements[end] != 0 { end += 1 }
        return (found.length, found.value..<end)
    }

    /// The bytes of a replacement.
    func replacement(_ range: Range<Int>) -> ArraySlice<UInt8> { replacements[range] }

    /// Appends what `text`, valid UTF-8, becomes the way Hugging Face tokenizers goes about it: by grapheme clusters,
    /// each of which the shortest rule that begins it replaces as a whole when it has fewer than six bytes.
    func appendByCluster(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + text.count + 16)
        var offset = 0
        while offset < text.count {
            // Characters of ASCII are clusters of their own, but for a line end of two.
            if text[offset] < 0x80, offset + 1 == text.count || text[offset + 1] < 0x80 && text[offset] != 0x0D {
                append(text, offset..<(offset + 1), to: &output)
                offset += 1
                continue
            }
            var end = offset + 1
            while end < text.count, text[end] >= 0x80 || text[end - 1] >= 0x80 || text[end - 1] == 0x0D { end += 1 }
            appendClusters(text, offset..<end, to: &output)
            offset = end
        }
    }

    private func appendClusters(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, to output: inout [UInt8]) {
        var start = range.lowerBound
        for character in String(decoding: text[range], as: UTF8.self) {
            let end = start + character.utf8.count
            if end - start < 6, let rule = match(in: text, start..<end, takesShortest: true) {
                output.append(contentsOf: replacements[rule.replacement])
            } else {
                var offset = start
                while offset < end {
                    let next = offset + UTF8Text.length(text[offset])
                    append(text, offset..<next, to: &output)
                    offset = next
                }
            }
            start = end
        }
    }

    /// Appends one scalar, or what replaces it.
    @inline(__always)
    private func append(_ text: UnsafeRawBufferPointer, _ range: Range<Int>, to output: inout [UInt8]) {
        if begins[Int(text[range.lowerBound])], let rule = match(in: text, range, takesShortest: true) {
            output.append(contentsOf: replacements[rule.replacement])
        } else {
            output.append(contentsOf: text[range])
        }
    }
}
