public import FoundationEssentials
public import MartletConversation

/// Keeps conversations for as long as the process lives; for tests and for trying things out.
public actor MemoryConversationStore: ConversationStore {
    private struct Update {
        var received: Date
        var event: InboundEvent?
        var progress = AnswerProgress(attempt: 0)
        var outcome: EventOutcome?
    }

    private var updates: [EventID: Update] = [:]
    private var order: [EventID] = []
    private var conversations: [ConversationKey: Conversation] = [:]
    var secretary = MemorySecretary()

    /// Makes an empty store.
    public init() {}

    /// Records updates and leaves out those that are known.
    public func accept(_ updates: [ReceivedUpdate]) -> [InboundEvent] {
        var accepted: [InboundEvent] = []
        for update in updates where self.updates[update.id] == nil {
            var record = Update(received: Date())
            if case .event(let event) = update.meaning {
                record.event = event
                accepted.append(event)
            } else {
                record.outcome = .ignored
            }
            self.updates[update.id] = record
            order.append(update.id)
        }
        return accepted
    }

    /// The events that are not finished, in order.
    public func unfinishedEvents(of bot: BotID) -> [InboundEvent] {
        order.compactMap { id in
            guard id.bot == bot, let update = updates[id], update.outcome == nil else { return nil }
            return update.event
        }
    }

    /// Starts an attempt.
    public func beginAnswer(to event: EventID) -> AnswerProgress? {
        guard var update = updates[event], update.outcome == nil else { return nil }
        update.progress.attempt += 1
        updates[event] = update
        return update.progress
    }

    /// Notes a shown part.
    public func recordMessage(_ message: MessageID, part: Int, of event: EventID) {
        updates[event]?.progress.messages[part] = message
    }

    /// Settles the text.
    public func recordFinal(_ reply: FinalReply, of event: EventID) {
        guard let update = updates[event], update.outcome == nil else { return }
        updates[event]?.progress.final = reply
    }

    /// Ends an event.
    public func finish(
        _ event: EventID,
        as outcome: EventOutcome,
        remembering turns: [Turn],
        in key: ConversationKey
    ) {
        guard let update = updates[event], update.outcome == nil else { return }
        updates[event]?.outcome = outcome
        updates[event]?.event = nil
        updates[event]?.progress = AnswerProgress(attempt: update.progress.attempt)
        conversations[key, default: Conversation()].turns += turns
    }

    /// Reads a conversation.
    public func conversation(for key: ConversationKey, turnLimit: Int) -> Conversation {
        var conversation = conversations[key] ?? Conversation()
        conversation.turns = conversation.turns.suffix(max(0, turnLimit))
        return conversation
    }

    /// Forgets the turns.
    public func eraseTurns(of key: ConversationKey) {
        conversations[key]?.turns = []
    }

    /// Chooses the context length.
    public func setContextLength(_ count: Int, for key: ConversationKey) {
        conversations[key, default: Conversation()].contextLength = count
    }

    /// Forgets old finished updates.
    public func pruneUpdates(receivedBefore date: Date) {
        updates = updates.filter { $0.value.outcome == nil || $0.value.received >= date }
        order.removeAll { updates[$0] == nil }
    }
}
