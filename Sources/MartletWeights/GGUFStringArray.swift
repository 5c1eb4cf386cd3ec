/// Texts side by side in one buffer: exact bytes, two allocations in all.
public struct GGUFStringArray: Sendable, Hashable, RandomAccessCollection {
    /// All texts' bytes, one after the other.
    public let bytes: [UInt8]
    /// Where each text starts in ``bytes``, and at the end where the last one ends: `count + 1` numbers.
    public let offsets: [Int]

    /// Copies texts out of an array's encoding, which has been checked.
    init(encoded: UnsafeRawBufferPointer, count: Int) {
        var cursor = ByteCursor(encoded)
        var bytes: [UInt8] = []
        var offsets = [0]
        bytes.reserveCapacity(Swift.max(0, encoded.count - count * 8))
        offsets.reserveCapacity(count + 1)
        for _ in 0..<count {
            guard let range = try? cursor.textRange() else { break }
            bytes.append(contentsOf: encoded[range])
            offsets.append(bytes.count)
        }
        self.bytes = bytes
        self.offsets = offsets
    }

    /// The first index, 0.
    public var startIndex: Int { 0 }
    /// How many texts.
    public var endIndex: Int { offsets.count - 1 }

    /// The bytes of the text at `index`, sharing the buffer.
    public subscript(index: Int) -> ArraySlice<UInt8> {
        bytes[offsets[index]..<offsets[index + 1]]
    }

    /// The text at `index`, with invalid bytes replaced.
    public func text(at index: Int) -> String {
        String(decoding: self[index], as: UTF8.self)
    }
}
