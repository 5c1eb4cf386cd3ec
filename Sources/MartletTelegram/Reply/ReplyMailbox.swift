import MartletConversation
import Synchronization

/// Holds the latest step of a reply until it is taken; earlier ones are replaced.
final class ReplyMailbox: Sendable {
    private struct State {
        var part: ReplyPart?
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Puts a step in.
    func put(_ part: ReplyPart) {
        wake { $0.part = part }
    }

    /// Notes that no more steps come.
    func close() {
        wake { $0.isClosed = true }
    }

    /// Takes the latest step out.
    func take() -> ReplyPart? {
        state.withLock { state in
            defer { state.part = nil }
            return state.part
        }
    }

    /// Whether nothing is there and nothing comes any more.
    var isDone: Bool { state.withLock { $0.isClosed && $0.part == nil } }

    /// Waits for a step, the end, or the instant.
    func wait(until deadline: ContinuousClock.Instant?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.change() }
            if let deadline { group.addTask { try await Task.sleep(until: deadline, clock: .continuous) } }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
    }

    private func change() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.part != nil || state.isClosed || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            wake { _ in }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
