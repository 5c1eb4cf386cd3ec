#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A segment's file, open for reading, its header read and checked.
final class SegmentFile: Sendable {
    /// What stands in front of the blocks.
    let header: SegmentHeader
    /// The names of the beginnings that end with each block.
    let names: [SnapshotDigest]
    private let descriptor: Int32

    /// Opens a segment and reads its header, not its blocks.
    ///
    /// - Throws: `missing` when it is gone, `foreign` for another version's, `damaged` for anything that isn't a whole
    ///   segment under its own name: links, devices, files of others, wrong lengths, wrong bytes.
    init(_ name: SegmentName, in folder: borrowing SnapshotFolder) throws(SnapshotFault) {
        // O_NONBLOCK: a named pipe must not wait for a writer.
        let descriptor = openat(folder.descriptor, name.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw .missing
            case ELOOP: throw .damaged("it is a symbolic link")
            case let reason: throw .system(reason)
            }
        }
        do throws(SnapshotFault) {
            header = try Self.readHeader(descriptor, owners: folder.owners)
            names = header.names
            guard SegmentName(header) == name else { throw .damaged("its name is another segment's") }
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    private static func readHeader(_ descriptor: Int32, owners: Set<uid_t>) throws(SnapshotFault) -> SegmentHeader {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw .system(errno) }
        guard information.st_mode & S_IFMT == S_IFREG, owners.contains(information.st_uid) else {
            throw .damaged("it is not a regular file of this user")
        }
        let fileByteCount = Int(information.st_size)
        guard fileByteCount >= SegmentHeader.fixedByteCount else { throw .damaged("it is cut short") }
        let start = try read(descriptor, SegmentHeader.fixedByteCount, at: 0)
        let fixed = try start.withUnsafeBytes { bytes in
            Result { () throws(SnapshotFault) in try SegmentHeader.Fixed(bytes, fileByteCount: fileByteCount) }
        }.get()
        let whole = try read(descriptor, fixed.payloadOffset, at: 0)
        return try whole.withUnsafeBytes { bytes in
            Result { () throws(SnapshotFault) in try SegmentHeader(bytes, fileByteCount: fileByteCount) }
        }.get()
    }

    /// Reads one block's keys and values and verifies them.
    ///
    /// - Throws: `damaged` when they are not what was written.
    func block(_ index: Int) throws(SnapshotFault) -> [UInt8] {
        precondition((0..<header.blockCount).contains(index))
        let bytes = try Self.read(
            descriptor,
            header.blockByteCount,
            at: header.payloadOffset + index * header.blockByteCount
        )
        let checksum = bytes.withUnsafeBytes { SegmentHeader.checksum(of: $0, name: names[index]) }
        guard checksum == header.checksums[index] else { throw .damaged("block \(index) does not match its checksum") }
        return bytes
    }

    private static func read(_ descriptor: Int32, _ count: Int, at offset: Int) throws(SnapshotFault) -> [UInt8] {
        var fault: SnapshotFault?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                guard let base = buffer.baseAddress else { return }
                let got = pread(descriptor, base + filled, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    fault = got < 0 ? .system(errno) : .damaged("it is cut short")
                    return
                }
                filled += got
            }
        }
        if let fault { throw fault }
        return bytes
    }
}
