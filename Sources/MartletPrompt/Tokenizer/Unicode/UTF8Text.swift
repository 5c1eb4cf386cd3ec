/// Scalars in bytes that are valid UTF-8.
enum UTF8Text {
    /// The scalar at `offset`, which moves behind it; safe, though meaningless, on bytes that are not UTF-8.
    @inline(__always)
    static func scalar(_ text: UnsafeRawBufferPointer, at offset: inout Int) -> UInt32 {
        let first = text[offset]
        offset &+= 1
        guard first >= 0x80 else { return UInt32(first) }
        var value = UInt32(first & (first >= 0xF0 ? 0x07 : first >= 0xE0 ? 0x0F : 0x1F))
        while offset < text.count, text[offset] & 0xC0 == 0x80 {
            value = value << 6 | UInt32(text[offset] & 0x3F)
            offset &+= 1
        }
        return value
    }

    /// How many bytes the scalar has that begins with `first`.
    @inline(__always)
    static func length(_ first: UInt8) -> Int {
        first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }

    /// Where the scalar that ends at `end` begins.
    static func start(_ text: UnsafeRawBufferPointer, before end: Int) -> Int {
        var start = end - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }

    /// Writes a scalar.
    @inline(__always)
    static func append(_ scalar: UInt32, to output: inout [UInt8]) {
        if scalar < 0x80 {
            output.append(UInt8(truncatingIfNeeded: scalar))
        } else if scalar < 0x800 {
            output.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        } else if scalar < 0x10000 {
            output.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        } else {
            output.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
            output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
        }
    }
}
