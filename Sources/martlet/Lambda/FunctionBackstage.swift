import Foundation
import Logging
import MartletConversation
import MartletTelegram
import Synchronization

/// What is needed to answer: the model, and everything that stands around it.
struct FunctionBackstage: Sendable {
    let parts: TelegramParts
    let gate: Gatekeeping
    let secretary: Secretary
    let elsewhere: ElsewhereAnswers
    /// Whether the secretary was given something to do.
    let errands: Errands

    /// A way to answer in one call, under a name of its own.
    func turns(_ door: FunctionDoor, leaseOwner: String, logger: Logger) -> TurnTaking {
        TurnTaking(
            store: door.store,
            service: parts.makeService(leaseOwner: leaseOwner),
            leaseOwner: leaseOwner,
            bot: door.identity.id,
            botUsername: door.identity.username,
            logger: logger
        )
    }

    /// Waits for what is answered in other chats, and does what the secretary was asked to do.
    func finishErrands(in store: any BotStore, until deadline: CallDeadline) async {
        while !elsewhere.isIdle, deadline.hasTime, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(25))
        }
        if errands.take() { await runSecretary(in: store, until: deadline) }
    }

    /// Lets the secretary work until nothing is due for a while.
    func runSecretary(in store: any BotStore, until deadline: CallDeadline) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await secretary.run() }
            while deadline.hasTime, !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(100))
                guard (try? await secretary.isIdle()) != false else { continue }
                // Somebody who writes on is waited for; what is due later is for a later call, or for the schedule.
                let next = try? await store.nextWake(of: parts.identity.id, after: Date())
                guard let next = next ?? nil, next.timeIntervalSinceNow < Self.patience else { break }
            }
            group.cancelAll()
        }
    }

    /// How long a call waits for the secretary's next errand, in seconds.
    private static let patience = 10.0
}

/// Notes whether an event was the secretary's.
final class Errands: EventTaking {
    private let secretary: Secretary
    private let hasWork = Mutex(false)

    init(_ secretary: Secretary) {
        self.secretary = secretary
    }

    func handle(_ event: InboundEvent) async throws -> Bool {
        guard try await secretary.handle(event) else { return false }
        hasWork.withLock { $0 = true }
        return true
    }

    /// Whether there was anything since it was last asked.
    func take() -> Bool {
        hasWork.withLock { value in
            defer { value = false }
            return value
        }
    }
}
