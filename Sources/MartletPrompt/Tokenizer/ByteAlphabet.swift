/// The alphabet in which byte-level vocabularies write bytes: one printable character for each.
///
/// Printable Latin-1 characters stand for themselves, the other 68 bytes for U+0100 onwards in their order
/// (Radford et al. 2019, GPT-2's `bytes_to_unicode`).
enum ByteAlphabet {
    /// The byte of each scalar below U+0144; -1 where the scalar is not in the alphabet.
    private static let byteOfScalar: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        var next = 0x100
        for byte in 0..<256 {
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                table[byte] = Int16(byte)
            default:
                table[next] = Int16(byte)
                next += 1
            }
        }
        return table
    }()

    /// Appends the bytes that `text` writes, or nothing when `text` leaves the alphabet.
    ///
    /// - Returns: Whether `text` is in the alphabet throughout.
    static func appendBytes(of text: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
        let start = output.count
        return byteOfScalar.withUnsafeBufferPointer { table in
            var offset = 0
            while offset < text.count {
                var scalar = Int(text[offset])
                offset += 1
                if scalar >= 0x80 {
                    guard 0xC2...0xC5 ~= scalar, offset < text.count, text[offset] & 0xC0 == 0x80 else {
                        output.removeSubrange(start...)
                        return false
                    }
                    scalar = (scalar & 0x1F) << 6 | Int(text[offset] & 0x3F)
                    offset += 1
                }
                guard scalar < table.count, table[scalar] >= 0 else {
                    output.removeSubrange(start...)
                    return false
                }
                output.append(UInt8(truncatingIfNeeded: table[scalar]))
            }
            return true
        }
    }
}
