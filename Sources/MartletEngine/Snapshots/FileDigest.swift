internal import Crypto
internal import Synchronization

/// The identity of a model file: every byte of it counts.
///
/// Two models that differ in a few rows, such as a fine-tune of some special tokens, must never share keys and values, and
/// no sample of the weights is sure to see that. So all bytes are read, at the speed of memory: four lanes of multiplying
/// and rotating fold each mebibyte into 32 bytes, and SHA-256 goes over these. A lane's step is a bijection of the lane for
/// a given word and of the word for a given lane, so that two files which differ in one word of a mebibyte always differ
/// in their digests. Nobody gains by making two model files of one identity on purpose: whoever writes the model file says
/// what it answers anyway.
///
/// Mebibytes are folded in any order and from any thread, so that those which are read from the disk anyway are folded in
/// passing.
final class FileDigest: Sendable {
    /// Bytes that are folded together.
    static let pieceByteCount = 1 << 20
    private static let multiplier: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let inner: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    /// A mebibyte: its lanes, and the bytes at the file's end that fill no 32.
    private struct Piece {
        var lanes: SIMD4<UInt64>
        var rest: [UInt8]
    }

    private let pieces = Mutex<[Int: Piece]>([:])

    /// Folds a mebibyte that is at hand.
    ///
    /// - Parameters:
    ///   - number: Which one, counted from the file's start.
    ///   - bytes: All of it; only the file's last one may be shorter.
    func note(_ number: Int, _ bytes: UnsafeRawBufferPointer) {
        let piece = Self.fold(bytes)
        pieces.withLock { $0[number] = piece }
    }

    /// Digests a whole file as mapped; about 0.1 s for each GiB in memory that wasn't folded before.
    ///
    /// - Parameter isWanted: Asked now and then whether somebody still waits; nil comes back when nobody does.
    func digest(of bytes: UnsafeRawBufferPointer, isWanted: () -> Bool) -> SnapshotDigest? {
        var hash = SHA256()
        let known = pieces.withLock { $0 }
        for (number, start) in stride(from: 0, to: bytes.count, by: Self.pieceByteCount).enumerated() {
            guard isWanted() else { return nil }
            let end = min(start + Self.pieceByteCount, bytes.count)
            let piece = known[number] ?? Self.fold(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            withUnsafeBytes(of: piece.lanes) { hash.update(bufferPointer: $0) }
            piece.rest.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
        return SnapshotDigest(hash)
    }

    private static func fold(_ bytes: UnsafeRawBufferPointer) -> Piece {
        var lanes = SIMD4<UInt64>(1, 2, 3, 4)
        var (first, second, third, fourth) = (lanes[0], lanes[1], lanes[2], lanes[3])
        var offset = 0
        // Wrapping arithmetic is meant: this is a hash.
        while offset &+ 32 <= bytes.count {
            first = step(first, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            second = step(second, bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self))
            third = step(third, bytes.loadUnaligned(fromByteOffset: offset &+ 16, as: UInt64.self))
            fourth = step(fourth, bytes.loadUnaligned(fromByteOffset: offset &+ 24, as: UInt64.self))
            offset &+= 32
        }
        lanes = SIMD4(first, second, third, fourth)
        return Piece(lanes: lanes, rest: Array(bytes[offset...]))
    }

    @inline(__always)
    private static func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let sum = lane &+ word &* inner
        return (sum << 31 | sum >> 33) &* multiplier
    }
}
