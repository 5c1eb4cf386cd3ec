#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file beside it, which `commit()` renames; without a commit the temporary file goes away with
/// the object. A killed process leaves at most the temporary file, never a half file under the name itself.
final class ReplacementFile {
    let path: String
    private let temporaryPath: String
    private let descriptor: Int32
    private var isCommitted = false

    /// Creates the temporary file beside `path`.
    ///
    /// - Throws: `invalidRequest` when `path` exists and `replacingExisting` is false, `unwritable` when `path` is no
    ///   place for a file.
    init(path: String, replacingExisting: Bool) throws(GGUFError) {
        var information = stat()
        if stat(path, &information) == 0 {
            guard information.st_mode & S_IFMT == S_IFREG else {
                throw GGUFError(
                    .unwritable,
                    information.st_mode & S_IFMT == S_IFDIR ? "This is a directory." : "This is not a regular file.",
                    remedy: "Name a file to write.",
                    path: path
                )
            }
            guard replacingExisting else {
                throw GGUFError(
                    .invalidRequest,
                    "The file exists.",
                    remedy: "Choose another name, or allow it to be replaced (`--force`).",
                    path: path
                )
            }
        }
        self.path = path
        var attempt = 0
        while true {
            let candidate = "\(path).partial-\(getpid())-\(attempt)"
            let opened = open(candidate, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
            if opened >= 0 {
                temporaryPath = candidate
                descriptor = opened
                return
            }
            guard errno == EEXIST, attempt < 1000 else {
                throw ReplacementFile.failure(errno, "The file can't be created", path)
            }
            attempt += 1
        }
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporaryPath) }
    }

    /// Throws `diskFull` when `byteCount` bytes can't fit, so that a full disk shows before the work, not after it.
    func checkSpace(byteCount: Int) throws(GGUFError) {
        var information = statvfs()
        // A file system that doesn't count its blocks leaves it to the writes to find out.
        guard fstatvfs(descriptor, &information) == 0, information.f_blocks > 0 else { return }
        let (available, overflow) = UInt64(information.f_bavail).multipliedReportingOverflow(
            by: UInt64(information.f_frsize)
        )
        guard overflow || available >= UInt64(byteCount) else {
            throw GGUFError(
                .diskFull,
                "The file needs \(byteCount) bytes, and \(available) are free.",
                remedy: "Free some space, or write to another disk.",
                path: path
            )
        }
    }

    /// Appends `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer) throws(GGUFError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            #if canImport(Darwin)
            let written = Darwin.write(descriptor, part.baseAddress, part.count)
            #elseif canImport(Musl)
            let written = Musl.write(descriptor, part.baseAddress, part.count)
            #else
            let written = Glibc.write(descriptor, part.baseAddress, part.count)
            #endif
            if written < 0 {
                if errno == EINTR { continue }
                throw ReplacementFile.failure(errno, "Writing failed", path)
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Makes the bytes durable and gives them their name.
    ///
    /// - Parameter check: Gets the temporary file's path when its bytes are on the disk; the file goes away when it throws.
    func commit(check: (String) throws -> Void = { _ in }) throws {
        guard fsync(descriptor) == 0 else {
            throw ReplacementFile.failure(errno, "Writing failed", path)
        }
        try check(temporaryPath)
        guard rename(temporaryPath, path) == 0 else {
            throw ReplacementFile.failure(errno, "The finished file can't be given its name", path)
        }
        isCommitted = true
    }

    private static func failure(_ error: Int32, _ what: String, _ path: String) -> GGUFError {
        let isFull = error == ENOSPC || error == EDQUOT || error == EFBIG
        return GGUFError(
            isFull ? .diskFull : .unwritable,
            "\(what): \(String(cString: strerror(error))).",
            remedy: isFull
                ? "Free some space, or write to another disk."
                : "Check that the folder exists and that this user may write there.",
            path: path
        )
    }
}
