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
/// the old one: then this mapping keeps the old bytes. Cutting a mapped file short in place ends the process with
/// SIGBUS at the next read past its end, which no reader of mapped files can prevent.
// SAFETY: `base` and `byteCount` never change after `init`, the mapping is read-only, and it lives until `deinit`.
package final class MappedFile: @unchecked Sendable {
    package let base: UnsafeRawPointer
    package let byteCount: Int
    private let device: dev_t
    private let inode: ino_t

    /// Maps the regular file at `path`.
    package init(path: String) throws(GGUFError) {
        // O_NONBLOCK: opening a named pipe must fail below rather than wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw MappedFile.unreadable(path, errno, "can't be opened")
        }
        defer { close(descriptor) }
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
        guard byteCount > 0 else {
            throw GGUFError(.truncated, "The file is empty.", path: path)
        }
        guard let address = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0), address != MAP_FAILED else {
            throw MappedFile.unreadable(path, errno, "can't be mapped into memory")
        }
        base = UnsafeRawPointer(address)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
    }

    /// All bytes.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: byteCount) }

    /// Asks the operating system to read the file ahead; a hint that may do nothing.
    func prefetch() {
        _ = madvise(UnsafeMutableRawPointer(mutating: base), byteCount, MADV_WILLNEED)
    }

    /// Drops the whole pages within `range` from this process's memory; they stay in the file.
    func release(_ range: Range<Int>) {
        let pageLength = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (range.lowerBound + pageLength - 1) / pageLength * pageLength
        let end = range.upperBound / pageLength * pageLength
        guard start < end else { return }
        _ = madvise(UnsafeMutableRawPointer(mutating: base + start), end - start, MADV_DONTNEED)
    }

    /// Whether `path` names the mapped file.
    func isSameFile(as path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_dev == device && information.st_ino == inode
    }

    private static func unreadable(_ path: String, _ error: Int32, _ what: String) -> GGUFError {
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
