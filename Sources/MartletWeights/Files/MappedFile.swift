#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A whole file mapped read-only into memory.
///
/// The mapping shows the file as it is on disk. Whoever replaces a model file must write a new file and rename it over
/// the old one: then this mapping keeps the old bytes. A mapped file that is cut short in place is noticed by
/// ``checkLength()``; between that and the next read past its end no reader of mapped files can prevent SIGBUS.
// SAFETY: all properties are set in `init` and never change, the mapping is read-only, and it lives until `deinit`.
package final class MappedFile: @unchecked Sendable {
    package let base: UnsafeRawPointer
    package let byteCount: Int
    /// The open file, for looks at it that the mapping doesn't allow.
    let descriptor: Int32
    /// Whether the file is this user's.
    let isOwn: Bool
    let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Maps the regular file at `path`.
    package init(path: String) throws(GGUFError) {
        // O_NONBLOCK: opening a named pipe must fail below rather than wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw MappedFile.unreadable(path, errno, "can't be opened")
        }
        var isMapped = false
        defer { if !isMapped { close(descriptor) } }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw MappedFile.unreadable(path, errno, "can't be examined")
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw GGUFError(
                .unreadable,
                information.st_mode & S_IFMT == S_IFDIR ? "This is a directory." : "This is not a regular file.",
                remedy: "Name a .gguf file.",
                path: path
            )
        }
        byteCount = Int(information.st_size)
        device = information.st_dev
        inode = information.st_ino
        isOwn = information.st_uid == geteuid() || geteuid() == 0
        guard byteCount > 0 else {
            throw GGUFError(.truncated, "The file is empty.", path: path)
        }
        guard let address = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0), address != MAP_FAILED else {
            throw MappedFile.unreadable(path, errno, "can't be mapped into memory")
        }
        base = UnsafeRawPointer(address)
        self.descriptor = descriptor
        self.path = path
        isMapped = true
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
        close(descriptor)
    }

    /// All bytes.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: byteCount) }

    /// Drops the whole pages within `range` from this process's memory; they stay in the file.
    func release(_ range: Range<Int>) {
        let pageLength = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (range.lowerBound + pageLength - 1) / pageLength * pageLength
        let end = range.upperBound / pageLength * pageLength
        guard start < end else { return }
        _ = madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
    }

    /// Makes sure that the file is still as long as when it was mapped, so that all of the mapping can be read.
    ///
    /// - Throws: `truncated`.
    /// - Complexity: One system call.
    func checkLength() throws(GGUFError) {
        var information = stat()
        guard fstat(descriptor, &information) == 0, Int(information.st_size) < byteCount else { return }
        throw GGUFError(
            .truncated,
            "The file was cut short while it was in use: it had \(byteCount) bytes and has \(information.st_size).",
            remedy: "Put the whole file back and load it again; replace model files by renaming another over them.",
            path: path
        )
    }

    /// Whether `path` names the mapped file.
    func isSameFile(as path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_dev == device && information.st_ino == inode
    }

    static func unreadable(_ path: String, _ error: Int32, _ what: String) -> GGUFError {
        GGUFError(
            .unreadable,
            "The file \(what): \(String(cString: strerror(error))).",
            remedy: error == ENOENT
                ? "Check the path, or fetch a model with `martlet pull`."
                : "Check that the file is whole and that this user may read it.",
            path: path
        )
    }
}
