internal import Crypto

/// A SHA-256 digest: names content so that nobody who writes prompts can make two contents with one name.
struct SnapshotDigest: Hashable, Sendable {
    /// Bytes of a digest.
    static let byteCount = 32

    private let words: SIMD4<UInt64>

    /// Takes the first ``byteCount`` bytes.
    ///
    /// - Precondition: There are as many.
    init(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count >= Self.byteCount)
        words = bytes.loadUnaligned(as: SIMD4<UInt64>.self)
    }

    /// Digests `parts`, one after the other.
    init(of parts: UnsafeRawBufferPointer...) {
        var hash = SHA256()
        for part in parts { hash.update(bufferPointer: part) }
        self.init(hash)
    }

    /// Digests the bytes of a text that names its own purpose, and what follows it.
    init(domain: StaticString, _ digests: SnapshotDigest...) {
        var hash = SHA256()
        hash.update(bufferPointer: UnsafeRawBufferPointer(start: domain.utf8Start, count: domain.utf8CodeUnitCount))
        for digest in digests { digest.withBytes { hash.update(bufferPointer: $0) } }
        self.init(hash)
    }

    /// The digest of everything that `hash` was given.
    init(_ hash: SHA256) {
        self = hash.finalize().withUnsafeBytes { SnapshotDigest($0) }
    }

    /// Calls `body` with the ``byteCount`` bytes.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeBytes(of: words, body)
    }

    /// Reads a whole digest in hexadecimal; nil for anything else.
    init?(hexadecimal text: String) {
        let digits = text.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue ?? -1 }
        guard digits.count == 2 * Self.byteCount, !digits.contains(-1) else { return nil }
        // Two digits of 0...15 make a byte.
        let bytes = (0..<Self.byteCount).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
        self = bytes.withUnsafeBytes { SnapshotDigest($0) }
    }

    /// The first `count` bytes in hexadecimal.
    func hexadecimal(byteCount count: Int = SnapshotDigest.byteCount) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return withBytes { bytes in
            var text: [UInt8] = []
            for byte in bytes.prefix(count) { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            return String(decoding: text, as: UTF8.self)
        }
    }
}
