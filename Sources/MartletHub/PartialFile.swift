import Crypto
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A download on its way: `NAME.part` with the bytes so far, and `NAME.part.json` with what they belong to.
///
/// The part is locked while this object lives, so two processes never write it together. It stays when the object goes,
/// for the next attempt, unless it is empty; only ``finish()`` gives it its final name and ``discard()`` empties it.
final class PartialFile {
    let destination: String
    private let partPath: String
    private let sidecarPath: String
    private let descriptor: Int32
    private var hash = SHA256()
    private var hashedByteCount = 0
    private var start: [UInt8] = []
    private(set) var byteCount: Int
    /// What the bytes belong to; nil when there is no telling.
    private(set) var identity: RemoteIdentity?

    /// Opens or creates the part beside `destination`, and locks it.
    ///
    /// - Throws: `alreadyRunning` when another process has it, `unwritable`.
    init(destination: String) throws(HubError) {
        self.destination = destination
        partPath = destination + ".part"
        sidecarPath = destination + ".part.json"
        let folder = destination.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/"
        )
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw HubError(
                .unwritable,
                "The folder \(folder) can't be created.",
                remedy: "Choose another with MARTLET_MODELS, or allow this user to write there."
            )
        }
        descriptor = try PartialFile.openLocked(partPath)
        var information = stat()
        fstat(descriptor, &information)
        byteCount = Int(information.st_size)
        identity = FileManager.default.contents(atPath: sidecarPath).flatMap {
            try? JSONDecoder().decode(RemoteIdentity.self, from: $0)
        }
    }

    deinit {
        if byteCount == 0 {
            unlink(sidecarPath)
            unlink(partPath)
        }
        close(descriptor)
    }

    private static func openLocked(_ path: String) throws(HubError) -> Int32 {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw failure(errno, path) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let isTaken = errno == EWOULDBLOCK
                close(descriptor)
                guard isTaken else { throw failure(errno, path) }
                throw HubError(
                    .alreadyRunning,
                    "Another process is fetching this file.",
                    remedy: "Wait for it, or stop it first."
                )
            }
            // The process that had the lock may have renamed the file since it was opened: then this is not the part.
            var opened = stat()
            var named = stat()
            if fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino,
                opened.st_dev == named.st_dev
            {
                return descriptor
            }
            close(descriptor)
        }
    }

    /// Empties the part and notes what the bytes to come belong to.
    func restart(as identity: RemoteIdentity?) throws(HubError) {
        guard ftruncate(descriptor, 0) == 0 else { throw PartialFile.failure(errno, partPath) }
        lseek(descriptor, 0, SEEK_SET)
        byteCount = 0
        hash = SHA256()
        hashedByteCount = 0
        start = []
        self.identity = identity
        if let identity, let data = try? JSONEncoder().encode(identity) {
            do {
                try data.write(to: URL(filePath: sidecarPath), options: .atomic)
            } catch {
                throw HubError(
                    .unwritable,
                    "\(sidecarPath) can't be written.",
                    remedy: "Check that the disk has space and that this user may write there."
                )
            }
        } else {
            unlink(sidecarPath)
        }
    }

    /// Appends bytes.
    ///
    /// - Throws: `notAModel` when the file doesn't start like a GGUF file, `diskFull`, `unwritable`.
    func append(_ bytes: UnsafeRawBufferPointer) throws(HubError) {
        if byteCount < 4 {
            start += bytes.prefix(4 - byteCount)
            guard start.elementsEqual("GGUF".utf8.prefix(start.count)) else {
                try discard()
                throw PartialFile.notAModel
            }
        }
        guard lseek(descriptor, off_t(byteCount), SEEK_SET) >= 0 else { throw PartialFile.failure(errno, partPath) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let written = write(descriptor, piece.baseAddress, piece.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw PartialFile.failure(errno, partPath)
            }
            if hashedByteCount == byteCount {
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: rest.prefix(written)))
                hashedByteCount += written
            }
            byteCount += written
            rest = rest.dropFirst(written)
        }
    }

    /// The SHA-256 of all bytes in lowercase hexadecimal; bytes of earlier runs are read again.
    func digest(progress: (Int) throws -> Void) throws -> String {
        if hashedByteCount < byteCount {
            hash = SHA256()
            hashedByteCount = 0
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
            defer { buffer.deallocate() }
            while hashedByteCount < byteCount {
                let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(hashedByteCount))
                guard count > 0 else { throw PartialFile.failure(count < 0 ? errno : EIO, partPath) }
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                hashedByteCount += count
                try progress(hashedByteCount)
            }
        }
        let copy = hash
        return copy.finalize().map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Checks that `total` bytes will fit.
    func checkSpace(total: Int) throws(HubError) {
        var information = statvfs()
        guard fstatvfs(descriptor, &information) == 0, information.f_blocks > 0 else { return }
        let (free, overflow) = UInt64(information.f_bavail).multipliedReportingOverflow(
            by: UInt64(information.f_frsize)
        )
        let needed = UInt64(max(0, total - byteCount))
        guard overflow || free >= needed else {
            throw HubError(
                .diskFull,
                "The download needs \(needed) more bytes, and \(free) are free.",
                remedy: "Free some space, or choose another disk with MARTLET_MODELS."
            )
        }
    }

    /// Empties the part and forgets what it belonged to.
    func discard() throws(HubError) {
        try restart(as: nil)
    }

    /// Makes the bytes durable and gives them their name.
    func finish() throws(HubError) {
        guard byteCount >= 4 else {
            try discard()
            throw PartialFile.notAModel
        }
        guard fsync(descriptor) == 0, rename(partPath, destination) == 0 else {
            throw PartialFile.failure(errno, destination)
        }
        unlink(sidecarPath)
    }

    private static let notAModel = HubError(
        .notAModel,
        "The server sent something that is not a GGUF model.",
        remedy: "Check the address; on the hub, it is the one behind the file's download button."
    )

    private static func failure(_ error: Int32, _ path: String) -> HubError {
        let isFull = error == ENOSPC || error == EDQUOT || error == EFBIG
        return HubError(
            isFull ? .diskFull : .unwritable,
            "\(path) can't be written: \(String(cString: strerror(error))).",
            remedy: isFull
                ? "Free some space and run the same command again: the download goes on where it stopped."
                : "Check that this user may write there, or choose another folder with MARTLET_MODELS."
        )
    }
}
