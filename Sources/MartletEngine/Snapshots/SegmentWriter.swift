internal import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A segment that is being written: blocks one by one under a temporary name, then the header, then its own name.
///
/// Nothing is flushed to the disk by force: a segment that a power failure cuts short fails its checksums and is computed
/// again. Without `commit` the temporary file goes away with the object.
final class SegmentWriter: Sendable {
    private struct State {
        var checksums: [SnapshotDigest] = []
        var isOpen = true
    }

    private static let counter = Atomic<Int>(0)

    private let folder: SnapshotFolder
    private let plan: SegmentPlan
    private let names: [SnapshotDigest]
    private let temporaryName: String
    private let descriptor: Int32
    private let payloadOffset: Int
    private let state = Mutex(State())

    /// Creates the temporary file.
    init(_ plan: SegmentPlan, in folder: SnapshotFolder) throws(SnapshotFault) {
        self.plan = plan
        self.folder = folder
        names = TokenChain.names(after: plan.parent, tokens: plan.tokens[...], blockLength: plan.blockLength)
        payloadOffset = SegmentHeader.payloadOffset(blockCount: plan.blockCount, blockLength: plan.blockLength)
        let number = Self.counter.add(1, ordering: .relaxed).newValue
        temporaryName = ".\(getpid())-\(number)-\(UInt64.random(in: .min ... .max)).partial"
        descriptor = openat(
            folder.descriptor,
            temporaryName,
            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            0o600
        )
        guard descriptor >= 0 else { throw .system(errno) }
    }

    deinit {
        close(descriptor)
        if state.withLock({ $0.isOpen }) { folder.remove(temporaryName) }
    }

    /// Whether `name` is one that a writer gives to files that are not complete.
    static func isTemporary(_ name: String) -> Bool {
        name.hasPrefix(".") && name.hasSuffix(".partial")
    }

    /// Writes the next block.
    ///
    /// - Throws: `system`, such as `ENOSPC`; the writer is of no use after that.
    func append(_ block: [UInt8]) throws(SnapshotFault) {
        precondition(block.count == plan.blockByteCount)
        let index = state.withLock { $0.checksums.count }
        precondition(index < plan.blockCount)
        let checksum = block.withUnsafeBytes { SegmentHeader.checksum(of: $0, name: names[index]) }
        try write(block, at: payloadOffset + index * plan.blockByteCount)
        state.withLock { $0.checksums.append(checksum) }
    }

    /// Writes the header and gives the file its name.
    ///
    /// - Precondition: All blocks are written.
    func commit() throws(SnapshotFault) -> SegmentHeader {
        let checksums = state.withLock { $0.checksums }
        precondition(checksums.count == plan.blockCount)
        let header = plan.header(checksums: checksums)
        try write(header.encoded, at: 0)
        guard renameat(folder.descriptor, temporaryName, folder.descriptor, SegmentName(header).text) == 0 else {
            throw .system(errno)
        }
        state.withLock { $0.isOpen = false }
        return header
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(SnapshotFault) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { bytes in
                pwrite(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .system(written < 0 ? errno : EIO) }
            done += written
        }
    }
}

/// What a segment is going to hold, before its blocks are there.
struct SegmentPlan: Sendable {
    var fingerprint: SnapshotDigest
    /// The name of all tokens before it.
    var parent: SnapshotDigest
    var owner: OwnerTag?
    var firstBlock: Int
    var blockLength: Int
    var blockByteCount: Int
    /// `[blockCount][blockLength]`.
    var tokens: [Int32]

    var blockCount: Int { tokens.count / blockLength }

    func header(checksums: [SnapshotDigest]) -> SegmentHeader {
        SegmentHeader(
            fingerprint: fingerprint,
            parent: parent,
            owner: owner,
            firstBlock: firstBlock,
            blockLength: blockLength,
            blockByteCount: blockByteCount,
            tokens: tokens,
            checksums: checksums
        )
    }
}
