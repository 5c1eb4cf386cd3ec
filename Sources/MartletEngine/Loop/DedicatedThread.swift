internal import Dispatch
internal import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A thread of its own for work that takes long, so that Swift's cooperative pool stays free.
final class DedicatedThread: Sendable {
    private let shared: Shared

    /// What the thread and its owner both hold.
    private final class Shared: Sendable {
        let body: @Sendable () -> Void
        let finished = DispatchSemaphore(value: 0)
        let identity = Atomic<UInt>(0)

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }

        /// Names the calling thread.
        static var current: UInt {
            #if canImport(Darwin)
            UInt(bitPattern: pthread_self())
            #else
            UInt(pthread_self())
            #endif
        }
    }

    /// Starts the thread.
    ///
    /// - Throws: ``EngineError/Code/unusableModel`` when the system gives no thread.
    init(_ body: @escaping @Sendable () -> Void) throws(EngineError) {
        // Balanced by the thread's `takeRetainedValue`, or below when there is no thread.
        shared = Shared(body)
        let start = Unmanaged.passRetained(shared)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 8 << 20)
        #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(&thread, &attributes, { run($0) }, start.toOpaque())
        #else
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, { run($0) }, start.toOpaque())
        #endif
        guard status == 0 else {
            start.release()
            throw EngineError(
                .unusableModel,
                "the system gives no thread for the engine (error \(status))",
                remedy: "Raise the limit of processes, or stop other programs"
            )
        }

        func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
            guard let argument else { return nil }
            let start = Unmanaged<Shared>.fromOpaque(argument).takeRetainedValue()
            start.identity.store(Shared.current, ordering: .relaxed)
            start.body()
            start.finished.signal()
            return nil
        }
    }

    /// Waits until the thread's work is over; on the thread itself, where that would be for ever, returns at once.
    func join() {
        if shared.identity.load(ordering: .relaxed) == Shared.current { return }
        shared.finished.wait()
        // The next one who waits returns too.
        shared.finished.signal()
    }
}
