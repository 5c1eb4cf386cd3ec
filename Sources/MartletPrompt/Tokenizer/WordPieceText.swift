/// WordPiece's tokens as text: `▁` begins a word, and marks lose the space before them.
enum WordPieceText {
    static let mark: [UInt8] = [0xE2, 0x96, 0x81]
    /// Begins what goes on with a word by a `▁` of its own, which would look like the beginning of a word.
    static let escape: [UInt8] = [0x23, 0x23, 0xE2, 0x96, 0x81]
    /// What loses its space when it is decoded.
    private static let closed: Set<[UInt8]> = Set([".", "?", "!", ","].map { Array($0.utf8) })

    /// Appends a token of GGUF's layout, in which words begin with `▁` and what goes on with them has no prefix.
    static func append(_ token: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        if token.starts(with: escape) {
            output.append(contentsOf: token.dropFirst(2))
            return
        }
        guard token.starts(with: mark) else {
            output.append(contentsOf: token)
            return
        }
        let text = Array(token.dropFirst(mark.count))
        if !closed.contains(text) { output.append(0x20) }
        output += text
    }
}
