#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread of the system's, outside Swift's pool, for work that waits.
package enum SystemThread {
    /// Runs `body` on a thread that nobody joins.
    ///
    /// - Returns: 0, or the system's error when it gives no thread.
    package static func start(stackByteCount: Int, _ body: @escaping @Sendable () -> Void) -> Int32 {
        // Balanced by the thread's `takeRetainedValue`, or below when there is no thread.
        let start = Unmanaged.passRetained(Start(body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackByteCount)
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(&thread, &attributes, { run($0) }, start.toOpaque())
        #else
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, { run($0) }, start.toOpaque())
        #endif
        if status != 0 { start.release() }
        return status

        func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            guard let argument else { return nil }
            Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }
    }

    /// What a thread is to do.
    private final class Start: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
