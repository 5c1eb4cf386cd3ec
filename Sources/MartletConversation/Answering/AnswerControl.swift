import Synchronization

/// What others may do about an answer while it is made: look at whose it is, stop it, change its question.
package final class AnswerControl: Sendable {
    /// Why an answer is cut off.
    package enum Reason: Sendable, Hashable {
        /// Somebody said stop.
        case asked
        /// Another question took its place.
        case replaced
        /// There is no more time.
        case deadline
        /// The question says something else now, and is answered anew.
        case amended
        /// The reply cannot be shown any more.
        case unseen
    }

    private struct State {
        var incoming: Incoming
        var subject: EventID
        var policy: BusyPolicy
        var reason: Reason?
        var isHinted = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>
    /// The question as it was when its turn came.
    package let original: Incoming

    /// Makes a control for a question.
    package init(_ incoming: Incoming, policy: BusyPolicy) {
        original = incoming
        state = Mutex(State(incoming: incoming, subject: incoming.id, policy: policy))
    }

    /// The question as it is now.
    package var incoming: Incoming { state.withLock { $0.incoming } }
    /// Why the answer is to be cut off; nil while it may go on.
    package var reason: Reason? { state.withLock { $0.reason } }

    /// The event that buttons under the growing reply name.
    package var subject: EventID {
        get { state.withLock { $0.subject } }
        set { state.withLock { $0.subject = newValue } }
    }

    /// What happens to other questions meanwhile.
    package var policy: BusyPolicy {
        get { state.withLock { $0.policy } }
        set { state.withLock { $0.policy = newValue } }
    }

    /// Whether nobody was told yet that the bot is busy.
    package func takeHint() -> Bool {
        state.withLock { state in
            defer { state.isHinted = true }
            return !state.isHinted
        }
    }

    /// Keeps the events that the store joined, and gives the others back.
    package func keepOnly(_ others: [EventID]) -> [InboundEvent] {
        // What another process took in is for that one to finish.
        let ours = Set(original.parts.map(\.id))
        return state.withLock { $0.incoming.keepOnly(others) }.filter { ours.contains($0.id) }
    }

    /// Takes the question as others have completed it.
    package func adopt(_ incoming: Incoming) {
        state.withLock { state in
            state.incoming = incoming
            state.subject = incoming.id
        }
    }

    /// Goes back to the question as it was when its turn came.
    /// - Returns: False where it is that one already.
    package func giveBack() -> Bool {
        guard incoming != original else { return false }
        adopt(original)
        return true
    }

    /// Cuts the answer off; the first reason counts.
    package func stop(_ reason: Reason) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.reason == nil || state.reason == .amended else { return nil }
            state.reason = reason
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Changes the question and has it answered anew, unless the answer is settled.
    package func amend(_ message: MessageID, in chat: ChatID, to text: String) {
        let isChanged = state.withLock { $0.incoming.amend(message, in: chat, to: text) != nil }
        if isChanged { stop(.amended) }
    }

    /// Whether the question was changed since the last look; the answer may go on afterwards.
    package func takeAmendment() -> Bool {
        state.withLock { state in
            guard state.reason == .amended else { return false }
            state.reason = nil
            return true
        }
    }

    /// Returns when the answer is to be cut off, or the task is cancelled; for one task at a time.
    package func waitForStop() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.reason != nil || Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
