#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Memory at a 64-byte border that lives as long as this object; zeroed, and resident only where it was touched.
final class AlignedBuffer {
    /// The first byte.
    let base: UnsafeMutableRawPointer
    /// How many bytes.
    let byteCount: Int

    /// Reserves `byteCount` bytes.
    ///
    /// - Throws: ``ModelError`` with `outOfMemory` naming `purpose`.
    init(byteCount: Int, purpose: String, prefersHugePages: Bool = false) throws(ModelError) {
        let size = max(64, byteCount)
        let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let mapped, mapped != MAP_FAILED else {
            throw ModelError(
                .outOfMemory,
                "no memory for \(purpose): \(size >> 20) MiB",
                remedy: "Ask for a shorter context, fewer sequences or a smaller model."
            )
        }
        if prefersHugePages {
            #if os(Linux)
            // A hint: less for the processor to look up where much is streamed.
            _ = madvise(mapped, size, Int32(MADV_HUGEPAGE))
            #endif
        }
        self.base = mapped
        self.byteCount = size
    }

    deinit {
        munmap(base, byteCount)
    }
}

/// Hands out 64-byte aligned parts of one buffer whose size is known only when all parts are.
struct BufferPlan {
    private(set) var byteCount = 0

    /// Reserves `count` values and returns their offset in bytes.
    ///
    /// - Throws: ``ModelError`` with `outOfMemory` when the sum leaves the number range.
    mutating func reserve<Value>(_ count: Int, of type: Value.Type) throws(ModelError) -> Int {
        let offset = byteCount
        let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
        guard !overflow, bytes <= 1 << 46 else {
            throw ModelError(
                .outOfMemory,
                "a buffer of \(count) values is out of reach",
                remedy: "Ask for a shorter context or fewer rows per step."
            )
        }
        // Both terms are below 2^47 and a plan has few parts: no overflow.
        byteCount = offset &+ (bytes &+ 63) / 64 * 64
        return offset
    }
}
