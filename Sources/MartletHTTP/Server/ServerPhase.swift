import Synchronization

/// Where a server is in its life, and how much it is at.
final class ServerPhase: Sendable {
    /// The phases, in their order.
    enum Phase: Sendable, Hashable {
        /// It listens, and has no model yet.
        case loading
        /// It answers.
        case ready
        /// It takes nothing new, and ends what runs.
        case draining
        /// What still runs is given up.
        case expired
    }

    private struct State {
        var phase = Phase.loading
        var requestCount = 0
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: (isMet: @Sendable (Phase, Int) -> Bool, continuation: CheckedContinuation<Void, Never>)] =
            [:]
    }

    private let state = Mutex(State())

    /// Where the server is.
    var current: Phase { state.withLock { $0.phase } }
    /// Requests that have no complete response.
    var requestCount: Int { state.withLock { $0.requestCount } }

    /// Goes to a later phase; an earlier one is ignored.
    func advance(to phase: Phase) {
        change { state in
            let order: [Phase] = [.loading, .ready, .draining, .expired]
            guard let new = order.firstIndex(of: phase), let old = order.firstIndex(of: state.phase) else { return }
            if new > old { state.phase = phase }
        }
    }

    /// A request has come.
    func beginRequest() { change { $0.requestCount += 1 } }
    /// A request has its whole response, or its connection is gone.
    func endRequest() { change { $0.requestCount -= 1 } }

    private func change(_ body: (inout State) -> Void) {
        let met = state.withLock { state in
            body(&state)
            let met = state.waiters.filter { $0.value.isMet(state.phase, state.requestCount) }
            for id in met.keys { state.waiters[id] = nil }
            return met.values.map(\.continuation)
        }
        for continuation in met { continuation.resume() }
    }

    /// Waits until no requests are left, or the task is cancelled.
    func waitUntilIdle() async { await wait { _, count in count == 0 } }
    /// Waits until running answers are given up, or the task is cancelled.
    func waitUntilExpired() async { await wait { phase, _ in phase == .expired } }

    private func wait(until isMet: @escaping @Sendable (Phase, Int) -> Bool) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || isMet(state.phase, state.requestCount) { return true }
                    state.waiters[id] = (isMet, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id)?.continuation }?.resume()
        }
    }
}
