internal import CMartletKernels

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How fast this machine reads memory, which bounds how fast it generates tokens.
public enum MemoryBandwidth {
    /// Bytes per second that `threadCount` threads read together, the best of `passCount` passes.
    ///
    /// Reads memory of its own, larger than any cache, in huge pages where the system has them.
    /// - Throws: ``ModelError`` when there is no memory for it or the threads are refused.
    /// - Complexity: `byteCount` of memory, written once and read `passCount` times.
    public static func measure(
        threadCount: Int,
        byteCount: Int = 512 << 20,
        passCount: Int = 4
    ) throws(ModelError) -> Double {
        let team = try WorkerTeam(threadCount: threadCount)
        let buffer = try AlignedBuffer(byteCount: byteCount, purpose: "measuring memory")
        #if os(Linux)
        madvise(buffer.base, buffer.byteCount, Int32(MADV_HUGEPAGE))
        #endif
        memset(buffer.base, 1, buffer.byteCount)
        var reading = Reading(
            base: UnsafeRawPointer(buffer.base),
            byteCount: buffer.byteCount / threadCount & ~63,
            read: martlet_kernels_best().pointee.read_bytes
        )
        var best = Duration.seconds(3600)
        for _ in 0..<max(1, passCount) {
            let start = ContinuousClock.now
            withUnsafeMutablePointer(to: &reading) { pointer in
                team.run(pointer) { context, worker, _ in
                    let reading = context.assumingMemoryBound(to: Reading.self).pointee
                    _ = reading.read(reading.base + worker * reading.byteCount, reading.byteCount)
                }
            }
            best = min(best, .now - start)
        }
        return Double(reading.byteCount * threadCount) / (best / .seconds(1))
    }

    /// What the workers need to know.
    private struct Reading {
        let base: UnsafeRawPointer
        /// Bytes of each worker's part.
        let byteCount: Int
        let read: @convention(c) (UnsafeRawPointer?, Int) -> UInt64
    }
}
