import Synchronization

/// Something that takes time to make and is made once, early; what could not be made is tried again when it is next wanted.
final class Preparation<Value: Sendable>: Sendable {
    private let make: @Sendable () async throws -> Value
    private let state = Mutex(State())
    private let wishes: AsyncStream<Void>
    private let wishesContinuation: AsyncStream<Void>.Continuation

    private struct State {
        var value: Value?
        var isMaking = false
        var waiters: [UInt64: CheckedContinuation<Value, any Error>] = [:]
        var waiterCount: UInt64 = 0
    }

    /// Notes how it is made; ``run()`` makes it.
    init(_ make: @escaping @Sendable () async throws -> Value) {
        self.make = make
        (wishes, wishesContinuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks for it, without waiting.
    func begin() {
        let isNew = state.withLock { state in
            guard state.value == nil, !state.isMaking else { return false }
            state.isMaking = true
            return true
        }
        if isNew { wishesContinuation.yield() }
    }

    /// Makes it whenever it is wanted and not there, until cancelled.
    func run() async {
        for await _ in wishes {
            let result: Result<Value, any Error>
            do {
                result = .success(try await make())
            } catch {
                result = .failure(error)
            }
            let waiters = state.withLock { state in
                state.isMaking = false
                state.value = try? result.get()
                defer { state.waiters = [:] }
                return state.waiters
            }
            for waiter in waiters.values { waiter.resume(with: result) }
        }
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume(throwing: CancellationError()) }
    }

    /// Whether it is there.
    var isReady: Bool { state.withLock { $0.value != nil } }

    /// The value, as soon as it is there.
    /// - Throws: Why it could not be made this time, and `CancellationError`.
    func value() async throws -> Value {
        if let value = state.withLock({ $0.value }) { return value }
        let id = state.withLock { state in
            state.waiterCount += 1
            return state.waiterCount
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let known = state.withLock { state -> Result<Value, any Error>? in
                    if let value = state.value { return .success(value) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiters[id] = continuation
                    return nil
                }
                if let known { continuation.resume(with: known) } else { begin() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }
}
