internal import Synchronization

/// Says from any thread that nobody wants a job's result any longer.
public final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    /// Not cancelled.
    public init() {}

    /// Whether ``cancel()`` was called.
    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// Asks for the end; the loop sees it before its next step.
    public func cancel() {
        flag.store(true, ordering: .relaxed)
    }
}
