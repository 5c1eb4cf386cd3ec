import Synchronization

/// How far an exchange has come, for the clock that watches it.
final class ExchangeProgress: Sendable {
    private let state = Mutex((phase: ExchangePhase.waiting, lastActivity: ContinuousClock.now))

    /// Notes that the exchange enters a phase.
    func note(_ phase: ExchangePhase) {
        state.withLock { $0 = (phase, .now) }
    }

    /// Notes that bytes came.
    func touch() {
        state.withLock { state in
            // Once the answer is complete, more bytes don't buy more time.
            if state.phase == .waiting || state.phase == .reading { state.lastActivity = .now }
        }
    }

    /// Waits until one of the limits is reached.
    /// - Throws: ``TimeLimit``, always; `CancellationError` when the exchange ended before.
    func watch(
        _ timeouts: ProviderTimeouts,
        started: ContinuousClock.Instant,
        deadline: ContinuousClock.Instant?
    ) async throws {
        while true {
            let (phase, lastActivity) = state.withLock { $0 }
            let next = TimeLimit.next(
                phase,
                timeouts: timeouts,
                started: started,
                lastActivity: lastActivity,
                deadline: deadline
            )
            let now = ContinuousClock.now
            guard next.instant > now else { throw next.limit }
            // A phase may begin whose limit comes sooner, so the longer ones are looked at now and then.
            try await Task.sleep(until: min(next.instant, now + .milliseconds(200)), clock: .continuous)
        }
    }
}
