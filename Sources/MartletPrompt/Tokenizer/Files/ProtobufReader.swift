/// Walks through a message of Protocol Buffers: fields as they lie, no copies.
///
/// - Note: A length that runs past the end is an error before anything is reserved for it.
struct ProtobufReader {
    /// What a field holds.
    enum Value {
        case number(UInt64)
        /// The bits of a 32-bit number.
        case bits(UInt32)
        case bytes(Range<Int>)
    }

    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    private let end: Int

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// Why bytes are no message.
    struct Malformed: Error {
        let offset: Int
    }

    /// The next field; nil at the end.
    mutating func next() throws(Malformed) -> (field: Int, value: Value)? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Malformed(offset: start) }
        let field = Int(tag >> 3)
        switch tag & 7 {
        case 0: return (field, .number(try varint()))
        case 1:
            try advance(8)
            return (field, .bytes((position - 8)..<position))
        case 2:
            let count = try varint()
            guard count <= UInt64(end - position) else { throw Malformed(offset: start) }
            try advance(Int(count))
            return (field, .bytes((position - Int(count))..<position))
        case 5:
            try advance(4)
            let bits = bytes.loadUnaligned(fromByteOffset: position - 4, as: UInt32.self)
            return (field, .bits(UInt32(littleEndian: bits)))
        default: throw Malformed(offset: start)
        }
    }

    private mutating func advance(_ count: Int) throws(Malformed) {
        guard count <= end - position else { throw Malformed(offset: position) }
        position += count
    }

    private mutating func varint() throws(Malformed) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        throw Malformed(offset: position)
    }
}
