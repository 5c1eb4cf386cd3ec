internal import Dispatch
internal import MartletWeights
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
        let shared = Shared(body)
        self.shared = shared
        let status = SystemThread.start(stackByteCount: 8 << 20) {
            shared.identity.store(Shared.current, ordering: .relaxed)
            shared.body()
            shared.finished.signal()
        }
        guard status == 0 else {
            throw EngineError(
                .unusableModel,
                "the system gives no thread for the engine (error \(status))",
                remedy: "Raise the limit of processes, or stop other programs"
            )
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
