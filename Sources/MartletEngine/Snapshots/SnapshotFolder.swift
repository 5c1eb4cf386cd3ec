#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The directory that segments lie in, held open: names are looked up in it and nowhere else.
///
/// Several processes may use one directory. A segment appears complete, by renaming, and never changes; that one of them
/// removes what another knows of is a normal answer to an attempt to open it.
final class SnapshotFolder: Sendable {
    /// A segment's file.
    struct Entry: Sendable {
        var name: SegmentName
        var byteCount: Int
        /// Nanoseconds since 1970.
        var lastUse: Int64
    }

    /// How many files of a directory are looked at; a bound for directories that are not ours alone.
    static let maximumEntryCount = 1 << 16

    /// The directory's path, for people.
    let path: String
    let descriptor: Int32
    /// Whose files are believed.
    let owners: Set<uid_t>

    /// Opens the directory, made with all that is missing above it and for this user only.
    ///
    /// - Throws: `system` with the reason; `EPERM` for a directory that others may write to, because whoever writes
    ///   snapshots decides what the model remembers.
    ///
    /// - Parameter owners: Whose directory and files are believed beside this user's; a directory of others is never made.
    init(path: String, trusting owners: Set<uid_t>? = nil) throws(SnapshotFault) {
        self.path = path
        self.owners = (owners ?? []).union([geteuid()])
        var opened = Self.open(path)
        if opened < 0, errno == ENOENT, owners == nil {
            Self.make(path)
            opened = Self.open(path)
        }
        guard opened >= 0 else { throw .system(errno) }
        var information = stat()
        guard fstat(opened, &information) == 0 else {
            let reason = errno
            close(opened)
            throw .system(reason)
        }
        guard self.owners.contains(information.st_uid), information.st_mode & 0o022 == 0 else {
            close(opened)
            throw .system(EPERM)
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    private static func open(_ path: String) -> Int32 {
        #if canImport(Glibc)
        Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        #elseif canImport(Musl)
        Musl.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        #else
        Darwin.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        #endif
    }

    private static func make(_ path: String) {
        var parent = ""
        for part in path.split(separator: "/") {
            parent += (parent.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            mkdir(parent, 0o700)
        }
    }

    /// The segments' files, in no order, and the names of abandoned temporary files.
    func list() -> (entries: [Entry], abandoned: [String]) {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            if copy >= 0 { close(copy) }
            return ([], [])
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        var abandoned: [String] = []
        let now = time(nil)
        for _ in 0..<Self.maximumEntryCount {
            guard let found = readdir(stream) else { break }
            let text = withUnsafeBytes(of: &found.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let name = SegmentName(text)
            guard name != nil || SegmentWriter.isTemporary(text) else { continue }
            var information = stat()
            guard fstatat(descriptor, text, &information, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            if let name {
                entries.append(
                    Entry(name: name, byteCount: Int(information.st_size), lastUse: information.modificationNanoseconds)
                )
            } else if Int64(now) - information.modificationNanoseconds / 1_000_000_000 > 3600 {
                abandoned.append(text)
            }
        }
        return (entries, abandoned)
    }

    /// Takes a file away; one that is gone already is fine.
    func remove(_ name: String) {
        unlinkat(descriptor, name, 0)
    }

    /// Takes note that segments are used now.
    func touch(_ names: [SegmentName]) {
        for name in names { utimensat(descriptor, name.text, nil, AT_SYMLINK_NOFOLLOW) }
    }

    /// Bytes that this user may still write to the disk; nil when the file system doesn't say.
    var freeByteCount: Int? {
        var information = statvfs()
        guard fstatvfs(descriptor, &information) == 0, information.f_blocks > 0 else { return nil }
        let (bytes, overflow) = Int(clamping: information.f_bavail).multipliedReportingOverflow(
            by: Int(clamping: information.f_frsize)
        )
        return overflow ? Int.max : bytes
    }

    /// When a file was last put into the directory or taken out of it, in nanoseconds since 1970.
    var modificationNanoseconds: Int64 {
        var information = stat()
        return fstat(descriptor, &information) == 0 ? information.modificationNanoseconds : 0
    }
}

extension stat {
    /// The time of the last change, in nanoseconds since 1970.
    fileprivate var modificationNanoseconds: Int64 {
        #if canImport(Darwin)
        let time = st_mtimespec
        #else
        let time = st_mtim
        #endif
        // A file system's time may be anything; wrapping only makes a file older or newer than it is.
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
