import MartletConversation
import MartletCore
import Synchronization

/// Pays for a number of answers.
final class Purse: Budgeting {
    private let state: Mutex<(left: Int, payers: [UserID])>

    init(limit: Int) { state = Mutex((limit, [])) }

    /// Who paid for answers that came.
    var payers: [UserID] { state.withLock { $0.payers } }

    func reserve(tokens: Int, for event: InboundEvent) async throws -> Reservation {
        state.withLock { state in
            guard state.left > 0 else { return .exhausted(FinalReply(text: "empty purse", isRemembered: false)) }
            state.left -= 1
            return .granted
        }
    }

    func settle(_ event: InboundEvent, usage: Usage?) async throws {
        state.withLock { state in
            if usage == nil { state.left += 1 } else { state.payers.append(event.sender.id) }
        }
    }
}

/// Lets nobody in.
struct ClosedDoor: Admitting {
    var isSilent = false

    func admit(_ event: InboundEvent) async throws -> Admission {
        isSilent ? .ignored : .refused(FinalReply(text: "not you", isRemembered: false))
    }
}
