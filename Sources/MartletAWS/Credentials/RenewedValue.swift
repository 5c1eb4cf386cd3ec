package import FoundationEssentials
import Synchronization

/// A value from elsewhere that is fetched when it is first asked for, and again before it is too old.
///
/// One fetch at a time: who asks meanwhile gets the value that is there, or waits where there is none. While fetching
/// fails, a value that is still usable is given out, and a failure is remembered for a moment, so that a service in
/// trouble is not asked for each request.
package final class RenewedValue<Value: Sendable>: Sendable {
    /// A value and how long it is good for.
    package struct Fetched: Sendable {
        package var value: Value
        /// From here on a fresh one is fetched.
        package var freshUntil: Date
        /// From here on it is not given out any more; nil for never.
        package var usableUntil: Date?

        /// Makes one; without an end of its use it is given out for as long as no fresh one can be had.
        package init(value: Value, freshUntil: Date, usableUntil: Date? = nil) {
            self.value = value
            self.freshUntil = freshUntil
            self.usableUntil = usableUntil
        }

        func isUsable(at time: Date) -> Bool { usableUntil.map { time < $0 } ?? true }
    }

    private struct State {
        var held: Fetched?
        var failure: (error: any Error, until: Date)?
        var isFetching = false
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private enum Step {
        case give(Value)
        case fail(any Error)
        case wait
        case fetch
    }

    private let pauseAfterFailure: TimeInterval
    private let now: @Sendable () -> Date
    private let state = Mutex(State())

    /// Makes an empty one.
    /// - Parameter pauseAfterFailure: How long nothing is fetched after a failure.
    package init(pauseAfterFailure: Duration, now: @escaping @Sendable () -> Date = { Date() }) {
        self.pauseAfterFailure = pauseAfterFailure / .seconds(1)
        self.now = now
    }

    /// The value, fetched if it has to be.
    ///
    /// - Parameter fetch: Runs in the caller's task; if that is cancelled, the next one who waits fetches.
    /// - Throws: What `fetch` throws, where no usable value is there; `CancellationError`.
    package func value(_ fetch: @Sendable () async throws -> Fetched) async throws -> Value {
        while true {
            switch step(at: now()) {
            case .give(let value): return value
            case .fail(let error): throw error
            case .wait: try await waitForFetch()
            case .fetch: return try await renewed(fetch)
            }
        }
    }

    /// Takes note that a value is not good any more, if it is still the one that is held.
    ///
    /// - Parameters:
    ///   - keepsUsable: Whether it may still be given out while no fresh one can be fetched.
    ///   - isRefused: Whether a value is the one that is meant.
    package func refuse(keepsUsable: Bool, _ isRefused: (Value) -> Bool) {
        state.withLock { state in
            guard let value = state.held?.value, isRefused(value) else { return }
            if keepsUsable { state.held?.freshUntil = .distantPast } else { state.held = nil }
            state.failure = nil
        }
    }

    private func step(at time: Date) -> Step {
        state.withLock { state in
            let failure = state.failure.flatMap { time < $0.until ? $0.error : nil }
            if let held = state.held, held.isUsable(at: time) {
                if time < held.freshUntil || state.isFetching || failure != nil { return .give(held.value) }
            } else if let failure {
                return .fail(failure)
            } else if state.isFetching {
                return .wait
            }
            state.isFetching = true
            return .fetch
        }
    }

    private func renewed(_ fetch: @Sendable () async throws -> Fetched) async throws -> Value {
        defer { endFetch() }
        do {
            let fetched = try await fetch()
            state.withLock { ($0.held, $0.failure) = (fetched, nil) }
            return fetched.value
        } catch let error as CancellationError {
            throw error
        } catch {
            let time = now()
            let held = state.withLock { state in
                state.failure = (error, time.addingTimeInterval(pauseAfterFailure))
                return state.held
            }
            guard let held, held.isUsable(at: time) else { throw error }
            return held.value
        }
    }

    private func endFetch() {
        let waiters = state.withLock { state in
            state.isFetching = false
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    private func waitForFetch() async throws {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.isFetching, !Task.isCancelled else { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
        try Task.checkCancellation()
    }
}
