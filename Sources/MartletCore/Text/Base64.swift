/// Base 64 (RFC 4648, section 4).
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The bytes as text, padded.
    public static func encode(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text, count in
            alphabet.withUnsafeBufferPointer { alphabet in
                var place = 0
                for start in stride(from: 0, to: bytes.count, by: 3) {
                    let left = bytes.count - start
                    let first = UInt32(bytes[start]) << 16
                    let second = left > 1 ? UInt32(bytes[start + 1]) << 8 : 0
                    let bits = first | second | (left > 2 ? UInt32(bytes[start + 2]) : 0)
                    text[place] = alphabet[Int(bits >> 18)]
                    text[place + 1] = alphabet[Int(bits >> 12 & 63)]
                    text[place + 2] = left > 1 ? alphabet[Int(bits >> 6 & 63)] : UInt8(ascii: "=")
                    text[place + 3] = left > 2 ? alphabet[Int(bits & 63)] : UInt8(ascii: "=")
                    place += 4
                }
                count = place
            }
        }
    }

    /// The six bits that a character stands for.
    public static func digit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }

    /// The bytes that `text` writes; nil when a character is none of the alphabet.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var count: UInt32 = 0
        for byte in text {
            if byte == UInt8(ascii: "=") { break }
            guard let digit = digit(byte) else { return nil }
            bits = (bits << 6 | digit) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return output
    }
}

extension Base64 {
    /// Numbers of 32 bits, the least significant byte first, as text: what APIs of embeddings call `base64`.
    public static func encode(_ vector: [Float]) -> [UInt8] {
        encode(
            [UInt8](unsafeUninitializedCapacity: vector.count * 4) { bytes, count in
                let raw = UnsafeMutableRawBufferPointer(bytes)
                for (index, value) in vector.enumerated() {
                    raw.storeBytes(of: value.bitPattern.littleEndian, toByteOffset: index * 4, as: UInt32.self)
                }
                count = vector.count * 4
            }
        )
    }

    /// The numbers of ``encode(_:)-([Float])``; nil for what is no base64 or no whole count of numbers.
    public static func decodeVector(_ text: some Collection<UInt8>) -> [Float]? {
        guard let bytes = decode(text), bytes.count % 4 == 0 else { return nil }
        return bytes.withUnsafeBytes { raw in
            (0..<bytes.count / 4).map { index in
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
            }
        }
    }
}
