import Synchronization

/// Holds tasks back until a test opens it.
public final class Gate: Sendable {
    private let isOpen = Mutex(false)

    /// Makes a closed gate.
    public init() {}

    /// Lets everybody through, now and later.
    public func open() {
        isOpen.withLock { $0 = true }
    }

    /// Waits until the gate is open.
    /// - Throws: `CancellationError` when the task is cancelled meanwhile.
    public func wait() async throws {
        while !isOpen.withLock({ $0 }) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
