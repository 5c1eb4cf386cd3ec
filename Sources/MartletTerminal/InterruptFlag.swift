import Dispatch
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Notes Ctrl-C and termination requests instead of dying of them, for jobs that have something to clean up.
public final class InterruptFlag {
    private final class Flag: Sendable {
        let isRaised = Atomic<Bool>(false)
    }

    private let flag = Flag()
    private let sources: [any DispatchSourceSignal]

    /// Takes over both signals until ``stop()``.
    public init() {
        let flag = flag
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { flag.isRaised.store(true, ordering: .relaxed) }
            source.resume()
            return source
        }
    }

    /// Throws `CancellationError` once a signal has come.
    public func check() throws {
        if flag.isRaised.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Gives both signals back to the system.
    public func stop() {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
