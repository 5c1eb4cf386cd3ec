import FoundationEssentials
import MartletConversation
import MartletStore

/// A memory store whose settling of texts fails for a while.
actor StumblingStore: ConversationStore {
    struct Full: Error {}

    private let base = MemoryConversationStore()
    private var failuresLeft: Int

    init(failureCount: Int) {
        failuresLeft = failureCount
    }

    func recordFinal(_ reply: FinalReply, of event: EventID) async throws {
        guard failuresLeft == 0 else {
            failuresLeft -= 1
            throw Full()
        }
        await base.recordFinal(reply, of: event)
    }

    func accept(_ updates: [ReceivedUpdate]) async -> [InboundEvent] { await base.accept(updates) }
    func unfinishedEvents(of bot: BotID) async -> [InboundEvent] { await base.unfinishedEvents(of: bot) }
    func beginAnswer(to event: EventID, joining others: [EventID], lease: Lease?) async -> AnswerStart {
        await base.beginAnswer(to: event, joining: others, lease: lease)
    }
    func renew(_ lease: Lease, of event: EventID) async -> LeaseState { await base.renew(lease, of: event) }
    func eventsBeingAnswered(in place: ConversationKey, at now: Date) async -> [InboundEvent] {
        await base.eventsBeingAnswered(in: place, at: now)
    }
    func waitingEvents(in place: ConversationKey) async -> [InboundEvent] { await base.waitingEvents(in: place) }
    func requestStop(of event: EventID) async { await base.requestStop(of: event) }
    func amend(_ event: EventID, to content: InboundEvent.Content) async { await base.amend(event, to: content) }
    func recordMessage(_ message: MessageID, part: Int, of event: EventID) async {
        await base.recordMessage(message, part: part, of: event)
    }
    func finish(
        _ events: [EventID],
        as outcome: EventOutcome,
        remembering remembrance: Remembrance,
        in key: ConversationKey
    ) async {
        await base.finish(events, as: outcome, remembering: remembrance, in: key)
    }
    func conversation(for key: ConversationKey, turnLimit: Int) async -> Conversation {
        await base.conversation(for: key, turnLimit: turnLimit)
    }
    func exchange(of question: EventID?, in key: ConversationKey) async -> Exchange? {
        await base.exchange(of: question, in: key)
    }
    func replyChain(to message: MessageID, in place: ConversationKey, limit: Int) async -> [Turn] {
        await base.replyChain(to: message, in: place, limit: limit)
    }
    func eraseTurns(of key: ConversationKey) async { await base.eraseTurns(of: key) }
    func archiveTurns(of key: ConversationKey) async { await base.archiveTurns(of: key) }
    func removeLatestExchange(in key: ConversationKey) async -> Bool { await base.removeLatestExchange(in: key) }
    func setSummary(_ summary: Conversation.Summary, for key: ConversationKey) async {
        await base.setSummary(summary, for: key)
    }
    func updateSettings(
        of key: ConversationKey,
        _ change: @escaping @Sendable (inout ChatSettings) -> Void
    ) async {
        await base.updateSettings(of: key, change)
    }
    func migrate(_ chat: ChatID, of bot: BotID, to successor: ChatID) async -> [ConversationKey] {
        await base.migrate(chat, of: bot, to: successor)
    }
    func conversations(of user: UserID, bot: BotID) async -> [ConversationKey] {
        await base.conversations(of: user, bot: bot)
    }
    func pruneUpdates(receivedBefore date: Date) async { await base.pruneUpdates(receivedBefore: date) }
}
