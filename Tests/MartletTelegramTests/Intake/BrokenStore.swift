import FoundationEssentials
import MartletConversation
import MartletStore
import MartletTestSupport
import Synchronization

/// A store that fails, or takes its time, when it is to record updates.
final class BrokenStore: ConversationStore {
    struct Broken: Error {}

    let base = MemoryConversationStore()
    let isBroken = Mutex(false)
    /// What a record waits for; nil waits for nothing.
    let gate = Mutex<Gate?>(nil)
    let waitingCount = Mutex(0)

    func accept(_ updates: [ReceivedUpdate]) async throws -> [InboundEvent] {
        if isBroken.withLock({ $0 }) { throw Broken() }
        if let gate = gate.withLock({ $0 }) {
            waitingCount.withLock { $0 += 1 }
            try await gate.wait()
        }
        return await base.accept(updates)
    }

    func unfinishedEvents(of bot: BotID) async throws -> [InboundEvent] { await base.unfinishedEvents(of: bot) }

    func beginAnswer(to event: EventID) async throws -> AnswerProgress? { await base.beginAnswer(to: event) }

    func recordMessage(_ message: MessageID, part: Int, of event: EventID) async throws {
        await base.recordMessage(message, part: part, of: event)
    }

    func recordFinal(_ reply: FinalReply, of event: EventID) async throws { await base.recordFinal(reply, of: event) }

    func finish(
        _ event: EventID,
        as outcome: EventOutcome,
        remembering turns: [Turn],
        in key: ConversationKey
    ) async throws {
        await base.finish(event, as: outcome, remembering: turns, in: key)
    }

    func conversation(for key: ConversationKey, turnLimit: Int) async throws -> Conversation {
        await base.conversation(for: key, turnLimit: turnLimit)
    }

    func eraseTurns(of key: ConversationKey) async throws { await base.eraseTurns(of: key) }

    func setContextLength(_ count: Int, for key: ConversationKey) async throws {
        await base.setContextLength(count, for: key)
    }

    func pruneUpdates(receivedBefore date: Date) async throws { await base.pruneUpdates(receivedBefore: date) }
}
