#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Keeps a second process from answering for the same bot out of the same database.
///
/// The system gives the lock back when the process ends, however it ends.
public final class StoreLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock for `name` beside a database, or gives nil where another process has it.
    /// - Throws: ``StoreError`` where the lock's file cannot be made.
    public init?(besideStoreAt path: String, name: String) throws(StoreError) {
        let file = "\(path).\(name).lock"
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(code: .notAccessible, path: path, underlying: "open \(file): errno \(errno)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        close(descriptor)
    }
}
