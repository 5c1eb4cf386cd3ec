#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension MappedFile {
    /// Linux's number for reading and mapping pages without touching them; kernels before 5.14 don't know it.
    private static let populateAdvice: Int32 = 22
    /// Bytes at the start of a file that are read while nothing is known of it.
    private static let startByteCount = 16 << 20
    /// Bytes that are read at a time where pages can't be populated.
    private static let copyByteCount = 256 << 10

    /// Asks for huge pages where the file system has them: reads become larger and page tables smaller.
    func preferHugePages() {
        #if os(Linux)
        _ = madvise(UnsafeMutableRawPointer(mutating: base), byteCount, Int32(MADV_HUGEPAGE))
        #endif
    }

    /// Begins to read the start of the file, with which every reading begins, and returns at once.
    ///
    /// So the disk is at work while the header is parsed. Trouble shows when the same bytes are wanted.
    func readStart() {
        let start = 0..<min(Self.startByteCount, byteCount)
        guard isResident(start) != true else { return }
        _ = SystemThread.start(stackByteCount: 256 << 10) { [self] in try? populate(start) }
    }

    /// Asks the system to drop what it has of the file in memory.
    func forget() {
        #if os(Linux)
        _ = madvise(UnsafeMutableRawPointer(mutating: base), byteCount, Int32(MADV_DONTNEED))
        _ = posix_fadvise(descriptor, 0, 0, Int32(POSIX_FADV_DONTNEED))
        #endif
    }

    /// Reads bytes into the page cache, and maps them where the system can do that at once.
    ///
    /// - Throws: `truncated` when the file has become shorter, `unreadable` when the disk fails.
    func populate(_ range: Range<Int>) throws(GGUFError) {
        #if os(Linux)
        let pageLength = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = range.lowerBound / pageLength * pageLength
        let address = UnsafeMutableRawPointer(mutating: base + start)
        while true {
            if madvise(address, range.upperBound - start, Self.populateAdvice) == 0 { return }
            guard errno == EINTR || errno == EAGAIN else { break }
        }
        #endif
        // What failed says more about itself when it is read; and where nothing failed, the kernel is an old one.
        try copy(range)
    }

    /// Reads bytes and throws them away: the page cache keeps them.
    private func copy(_ range: Range<Int>) throws(GGUFError) {
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: Self.copyByteCount, alignment: 4096)
        defer { buffer.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let count = pread(descriptor, buffer, min(Self.copyByteCount, range.upperBound - offset), off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw MappedFile.unreadable(path, errno, "can't be read") }
            guard count > 0 else {
                try checkLength()
                throw MappedFile.unreadable(path, EIO, "can't be read to its end")
            }
            offset += count
        }
    }

    /// Whether all of some bytes are in memory; nil where this user isn't told.
    func isResident(_ range: Range<Int>) -> Bool? {
        // Of somebody else's file the system says that all of it is.
        guard isOwn, !range.isEmpty else { return nil }
        let pageLength = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = range.lowerBound / pageLength * pageLength
        let pageCount = (range.upperBound - start + pageLength - 1) / pageLength
        var isResident: Bool?
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pageCount) { pages in
            guard
                mincore(UnsafeMutableRawPointer(mutating: base + start), pageCount * pageLength, pages.baseAddress) == 0
            else { return }
            isResident = pages.allSatisfy { $0 & 1 == 1 }
        }
        return isResident
    }
}
