internal import Dispatch
internal import Synchronization

/// A result that some threads wait for and another one sets, once.
final class Promise<Value: Sendable>: Sendable {
    private let outcome = Mutex<Result<Value, any Error>?>(nil)
    private let isSet = DispatchSemaphore(value: 0)

    /// Sets the result.
    func set(_ result: Result<Value, any Error>) {
        outcome.withLock { $0 = result }
        isSet.signal()
    }

    /// The result, when it is set and no failure.
    var valueIfSet: Value? { outcome.withLock { $0.flatMap { try? $0.get() } } }

    /// Waits for the result.
    func get() throws -> Value {
        isSet.wait()
        // The next one who waits returns too.
        isSet.signal()
        guard let result = outcome.withLock({ $0 }) else { preconditionFailure("signalled before it was set") }
        return try result.get()
    }
}
