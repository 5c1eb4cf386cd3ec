/// Reads little-endian values from bytes that nobody vouches for: every read is checked against the end first.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, offset: Int = 0) {
        self.bytes = bytes
        self.offset = min(max(offset, 0), bytes.count)
    }

    var remaining: Int { bytes.count - offset }

    /// Reads one integer.
    mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(GGUFError) -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw truncated(needed: size) }
        defer { offset += size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// Reads a 64-bit count, of things that take at least `minimumByteCount` bytes each of what is left.
    mutating func count(of what: String, minimumByteCount: Int) throws(GGUFError) -> Int {
        let start = offset
        let raw = try integer(UInt64.self)
        guard let count = Int(exactly: raw), count <= remaining / minimumByteCount else {
            throw GGUFError(
                .invalidCount,
                "The file announces \(raw) \(what), but only \(remaining) bytes follow.",
                remedy: "The file is damaged or incomplete: fetch it again.",
                offset: start
            )
        }
        return count
    }

    /// Skips `count` bytes and returns where they lie.
    mutating func range(_ count: Int) throws(GGUFError) -> Range<Int> {
        guard count >= 0, remaining >= count else { throw truncated(needed: count) }
        defer { offset += count }
        return offset..<offset + count
    }

    /// Reads a text's length and returns where its bytes lie.
    mutating func textRange() throws(GGUFError) -> Range<Int> {
        let length = try count(of: "bytes of text", minimumByteCount: 1)
        return try range(length)
    }

    /// Reads a key or a name: valid UTF-8 of 1 to 65535 bytes.
    mutating func name(_ what: String) throws(GGUFError) -> String {
        let start = offset
        let range = try textRange()
        guard range.count > 0, range.count <= 65535 else {
            throw GGUFError(.invalidText, "\(what) has \(range.count) bytes; 1 to 65535 are allowed.", offset: start)
        }
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw GGUFError(.invalidText, "\(what) is not valid UTF-8.", offset: start)
        }
        guard !text.unicodeScalars.contains("\0") else {
            throw GGUFError(.invalidText, "\(what) contains a zero byte.", offset: start)
        }
        return text
    }

    private func truncated(needed: Int) -> GGUFError {
        GGUFError(
            .truncated,
            "The file ends here: \(needed) more bytes were expected, \(remaining) are left.",
            remedy: "The file is incomplete: fetch it again.",
            offset: offset
        )
    }
}
