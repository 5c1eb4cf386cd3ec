internal import Crypto

/// The identity of a model file: every byte of it counts.
///
/// Two models that differ in a few rows, such as a fine-tune of some special tokens, must never share keys and values, and
/// no sample of the weights is sure to see that. So all bytes are read, at the speed of memory: four lanes of multiplying
/// and rotating fold each mebibyte into 32 bytes, and SHA-256 goes over these. A lane's step is a bijection of the lane for
/// a given word and of the word for a given lane, so that two files which differ in one word of a mebibyte always differ
/// in their digests. Nobody gains by making two model files of one identity on purpose: whoever writes the model file says
/// what it answers anyway.
enum FileDigest {
    private static let pieceByteCount = 1 << 20
    private static let multiplier: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let inner: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    /// Digests a whole file as mapped; about 0.1 s a GiB when it is in memory.
    ///
    /// - Parameter isWanted: Asked now and then whether somebody still waits; nil comes back when nobody does.
    static func digest(of bytes: UnsafeRawBufferPointer, isWanted: () -> Bool) -> SnapshotDigest? {
        var hash = SHA256()
        var start = 0
        while start < bytes.count {
            guard isWanted() else { return nil }
            let end = min(start + pieceByteCount, bytes.count)
            let whole = start + (end - start) / 32 * 32
            let lanes = fold(UnsafeRawBufferPointer(rebasing: bytes[start..<whole]))
            withUnsafeBytes(of: lanes) { hash.update(bufferPointer: $0) }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[whole..<end]))
            start = end
        }
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        return SnapshotDigest(hash)
    }

    /// Folds a multiple of 32 bytes.
    private static func fold(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, 4)
        var offset = 0
        // Wrapping arithmetic is meant: this is a hash.
        while offset &+ 32 <= bytes.count {
            lanes.0 = step(lanes.0, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            lanes.1 = step(lanes.1, bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
            lanes.2 = step(lanes.2, bytes.loadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self))
            lanes.3 = step(lanes.3, bytes.loadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self))
            offset &+= 32
        }
        return lanes
    }

    @inline(__always)
    private static func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let sum = lane &+ word &* inner
        return (sum << 31 | sum >> 33) &* multiplier
    }
}
