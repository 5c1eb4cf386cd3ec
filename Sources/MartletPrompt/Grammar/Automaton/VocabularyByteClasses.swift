/// Parts bytes into a few classes, so that a trie's node can say in one number what lies below it.
enum VocabularyByteClasses {
    /// Valid UTF-8 beyond ASCII; a scalar may be cut at the end of a token.
    static let scalars: UInt32 = 1 << 30
    /// Bytes beyond ASCII that are not valid UTF-8.
    static let invalid: UInt32 = 1 << 31

    /// The class of each ASCII byte, as a mask of one bit.
    static let maskOfByte: [UInt32] = {
        var masks = [UInt32](repeating: invalid, count: 256)
        // Classes that grammars tell apart: the signs of JSON one by one, digits, the letters of hexadecimal numbers.
        let groups: [String] = [
            "\t", "\n", "\r", " ", "\"", "\\", "'", "/", "<>", "{}", "[]", "()", ":", ",", ".", "-", "+", "_", "0",
            "123456789", "abcdf", "e", "ghijklmnopqrstuvwxyz", "ABCDF", "E", "GHIJKLMNOPQRSTUVWXYZ", "`",
        ]
        for byte in 0..<0x80 { masks[byte] = 1 << UInt32(byte < 0x20 || byte == 0x7F ? 28 : 29) }
        for (index, group) in groups.enumerated() {
            for byte in group.utf8 { masks[Int(byte)] = 1 << UInt32(index) }
        }
        return masks
    }()

    /// The classes of which every byte is in a run.
    static func mask(of run: ByteRun) -> UInt32 {
        var mask: UInt32 = 0
        for byte: UInt8 in 0..<0x80 { mask |= maskOfByte[Int(byte)] }
        for byte: UInt8 in 0..<0x80 where !run.bytes.contains(byte) { mask &= ~maskOfByte[Int(byte)] }
        let takesAnyByte = (0x80...0xFF).allSatisfy { run.bytes.contains($0) }
        if takesAnyByte || run.takesScalars { mask |= scalars }
        if takesAnyByte { mask |= invalid }
        return mask
    }
}
