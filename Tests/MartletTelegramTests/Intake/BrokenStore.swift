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

    func unfinishedEvents(of bot: BotID) async throws -> [InboundEvent] {
        try await whole.unfinishedEvents(of: bot)
    }

    func beginAnswer(to event: EventID, joining others: [EventID], lease: Lease?) async throws -> AnswerStart {
        try await whole.beginAnswer(to: event, joining: others, lease: lease)
    }

    func renew(_ lease: Lease, of event: EventID) async throws -> LeaseState { try await whole.renew(lease, of: event) }

    func waitingEvents(in place: ConversationKey) async throws -> [InboundEvent] {
        try await whole.waitingEvents(in: place)
    }

    func eventsBeingAnswered(in place: ConversationKey, at now: Date) async throws -> [InboundEvent] {
        try await whole.eventsBeingAnswered(in: place, at: now)
    }

    func requestStop(of event: EventID) async throws { try await whole.requestStop(of: event) }

    func amend(_ event: EventID, to content: InboundEvent.Content) async throws {
        try await whole.amend(event, to: content)
    }

    func recordMessage(_ message: MessageID, part: Int, of event: EventID) async throws {
        try await whole.recordMessage(message, part: part, of: event)
    }

    func recordFinal(_ reply: FinalReply, of event: EventID) async throws {
        try await whole.recordFinal(reply, of: event)
    }

    func finish(
        _ events: [EventID],
        as outcome: EventOutcome,
        remembering remembrance: Remembrance,
        in key: ConversationKey
    ) async throws {
        try await whole.finish(events, as: outcome, remembering: remembrance, in: key)
    }

    func conversation(for key: ConversationKey, turnLimit: Int) async throws -> Conversation {
        try await whole.conversation(for: key, turnLimit: turnLimit)
    }

    func exchange(of question: EventID?, in key: ConversationKey) async throws -> Exchange? {
        try await whole.exchange(of: question, in: key)
    }

    func replyChain(to message: MessageID, in place: ConversationKey, limit: Int) async throws -> [Turn] {
        try await whole.replyChain(to: message, in: place, limit: limit)
    }

    func eraseTurns(of key: ConversationKey) async throws { try await whole.eraseTurns(of: key) }

    func archiveTurns(of key: ConversationKey) async throws { try await whole.archiveTurns(of: key) }

    func removeLatestExchange(in key: ConversationKey) async throws -> Bool {
        try await whole.removeLatestExchange(in: key)
    }

    func setSummary(_ summary: Conversation.Summary, for key: ConversationKey) async throws {
        try await whole.setSummary(summary, for: key)
    }

    func updateSettings(
        of key: ConversationKey,
        _ change: @escaping @Sendable (inout ChatSettings) -> Void
    ) async throws {
        try await whole.updateSettings(of: key, change)
    }

    func migrate(_ chat: ChatID, of bot: BotID, to successor: ChatID) async throws -> [ConversationKey] {
        try await whole.migrate(chat, of: bot, to: successor)
    }

    func conversations(of user: UserID, bot: BotID) async throws -> [ConversationKey] {
        try await whole.conversations(of: user, bot: bot)
    }

    func pruneUpdates(receivedBefore date: Date) async throws { try await whole.pruneUpdates(receivedBefore: date) }

    private var whole: any ConversationStore { base }
}
