package import MartletConversation
import Synchronization

/// Lets calls that come at the same time share one write.
///
/// The first caller writes; those who come meanwhile wait, and the first of them writes for all of them next. So a write's cost,
/// which is mostly the disk's, is shared by everybody who waited for it, and nobody waits for more than two. The caller's own
/// task does the work: there is nothing to start and nothing to end.
package final class UpdateRecorder: Sendable {
    private let write: @Sendable ([ReceivedUpdate]) async throws -> Void
    private let state = Mutex(State())

    private struct State {
        var isWriting = false
        var waiting: [Waiter] = []
    }

    private struct Waiter {
        var updates: [ReceivedUpdate]
        var continuation: CheckedContinuation<Turn, Never>
    }

    /// What becomes of a caller.
    private enum Turn: Sendable {
        /// It writes, its own and what waits.
        case write
        /// Somebody else wrote its updates, or failed to.
        case done(Result<Void, any Error>)
    }

    /// - Parameter write: Makes updates durable, all or none, in the order given; never called twice at the same time.
    package init(write: @escaping @Sendable ([ReceivedUpdate]) async throws -> Void) {
        self.write = write
    }

    /// How many callers wait for somebody else's write, for tests.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Returns when the updates are durable.
    /// - Throws: What the write throws.
    package func record(_ updates: [ReceivedUpdate]) async throws {
        let turn = await withCheckedContinuation { continuation in
            let isFirst = state.withLock { state in
                if state.isWriting {
                    state.waiting.append(Waiter(updates: updates, continuation: continuation))
                    return false
                }
                state.isWriting = true
                return true
            }
            if isFirst { continuation.resume(returning: Turn.write) }
        }
        switch turn {
        case .done(let result): try result.get()
        case .write: try await writeForAll(updates)
        }
    }

    private func writeForAll(_ updates: [ReceivedUpdate]) async throws {
        let others = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        let result: Result<Void, any Error>
        do {
            try await write(updates + others.flatMap(\.updates))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // A cancelled caller fails alone: the others' updates are written by one of them.
        let isCancelled = if case .failure(let error) = result { error is CancellationError } else { false }
        let next = state.withLock { state -> Waiter? in
            if isCancelled { state.waiting = others + state.waiting }
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        if !isCancelled { for other in others { other.continuation.resume(returning: .done(result)) } }
        next?.continuation.resume(returning: .write)
        try result.get()
    }
}
