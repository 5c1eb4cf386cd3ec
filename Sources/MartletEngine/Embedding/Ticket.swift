internal import Synchronization

/// A result that one task waits for without holding a thread.
final class Ticket<Value: Sendable>: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Value, any Error>)
        case over(Result<Value, any Error>)
    }

    private let state = Mutex(State.idle)

    /// Sets the result; the first one counts.
    func resolve(_ result: Result<Value, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .idle:
                state = .over(result)
                return nil
            case .waiting(let waiter):
                state = .over(result)
                return waiter
            case .over: return nil
            }
        }
        waiter?.resume(with: result)
    }

    /// Waits for the result; at most once.
    ///
    /// - Parameter onCancel: Called when the waiting task is cancelled, which ends the wait at once.
    /// - Throws: What the result is, or `CancellationError`.
    func wait(onCancel: @escaping @Sendable () -> Void = {}) async throws -> Value {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                let early = state.withLock { state -> Result<Value, any Error>? in
                    if case .over(let result) = state { return result }
                    state = .waiting(waiter)
                    return nil
                }
                if let early { waiter.resume(with: early) }
            }
        } onCancel: {
            resolve(.failure(CancellationError()))
            onCancel()
        }
    }
}
