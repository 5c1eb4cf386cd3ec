#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The end of a process that can't go on.
enum RuntimeExit {
    /// Says why, on standard error, and ends the process; what runs is not waited for.
    @Sendable
    static func now(_ error: LambdaError) {
        let line = Array("martlet: \(error)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
        _exit(1)
    }
}
