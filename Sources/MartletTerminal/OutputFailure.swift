import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Whether what went to standard output arrived: on a full disk it doesn't.
public enum OutputFailure {
    private static let number = Atomic<Int32>(0)

    /// Remembers why a write failed.
    static func note(_ reason: Int32) {
        number.store(reason, ordering: .relaxed)
    }

    /// Writes out what is buffered, and says why anything got lost; nil where nothing did, or where the reader went away,
    /// as `head` does.
    public static func reason() -> String? {
        if fflush(nil) != 0 { note(errno) }
        let number = number.load(ordering: .relaxed)
        guard number != 0, number != EPIPE else { return nil }
        return String(cString: strerror(number))
    }
}
