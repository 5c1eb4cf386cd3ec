/// SentencePiece writes a space as `▁` (U+2581); here both are a plain space in every buffer.
enum SpaceMark {
    /// Appends `text` with every `▁` as a space.
    static func appendUnescaped(_ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var offset = 0
        while offset < text.count {
            if text[offset] == 0xE2, offset + 2 < text.count, text[offset + 1] == 0x96, text[offset + 2] == 0x81 {
                output.append(0x20)
                offset += 3
            } else {
                output.append(text[offset])
                offset += 1
            }
        }
    }
}
