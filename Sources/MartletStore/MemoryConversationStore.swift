public import FoundationEssentials
public import MartletConversation

/// Keeps conversations for as long as the process lives; for tests and for trying things out.
public actor MemoryConversationStore: ConversationStore {
    struct Update {
        var received: Date
        var event: InboundEvent?
        var progress = AnswerProgress(attempt: 0)
        var outcome: EventOutcome?
        var lease: Lease?
        var leader: EventID?
        var isStopRequested = false
    }

    struct Record {
        var turns: [Turn] = []
        var archivedThrough: Int64 = 0
        var settings = ChatSettings()
        var summary: Conversation.Summary?
        var unanswered: Turn?
    }

    struct Place: Hashable {
        var bot: BotID
        var chat: ChatID
        var message: MessageID
    }

    var updates: [EventID: Update] = [:]
    var order: [EventID] = []
    var conversations: [ConversationKey: Record] = [:]
    var shown: [Place: (key: ConversationKey, position: Int64)] = [:]
    var lastPosition: Int64 = 0
    var access = MemoryAccess()
    var budgets = MemoryBudgets()
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
    public func beginAnswer(to event: EventID, joining others: [EventID], lease: Lease?) -> AnswerStart {
        guard var update = updates[event], update.outcome == nil, update.leader == nil else { return .finished }
        if let lease, let other = update.lease, other.owner != lease.owner, other.expiry > lease.taken {
            return .held(until: other.expiry)
        }
        update.progress.attempt += 1
        if let lease { update.lease = lease }
        updates[event] = update
        for other in others where update.progress.attempt == 1 && other != event {
            guard let joined = updates[other], joined.outcome == nil, joined.leader == nil,
                joined.progress.attempt == 0
            else { continue }
            updates[other]?.leader = event
        }
        var progress = update.progress
        progress.joined = order.filter { updates[$0]?.leader == event }
        return .begun(progress)
    }

    /// Prolongs a claim.
    public func renew(_ lease: Lease, of event: EventID) -> LeaseState {
        guard let update = updates[event], update.outcome == nil, update.lease?.owner == lease.owner else {
            return .lost
        }
        updates[event]?.lease = lease
        return update.isStopRequested ? .stopRequested : .held
    }

    /// The events that some process is answering.
    public func eventsBeingAnswered(in place: ConversationKey, at now: Date) -> [InboundEvent] {
        order.compactMap { id in
            guard let update = updates[id], update.outcome == nil, let event = update.event,
                let lease = update.lease, lease.expiry > now, event.key.place == place.place
            else { return nil }
            return event
        }
    }

    /// The events that nobody has begun.
    public func waitingEvents(in place: ConversationKey) -> [InboundEvent] {
        order.compactMap { id in
            guard let update = updates[id], update.outcome == nil, update.leader == nil,
                update.progress.attempt == 0, let event = update.event, event.key.place == place.place
            else { return nil }
            return event
        }
    }

    /// Asks for a stop.
    public func requestStop(of event: EventID) {
        updates[event]?.isStopRequested = true
    }

    /// Changes what an unfinished event says.
    public func amend(_ event: EventID, to content: InboundEvent.Content) {
        guard let update = updates[event], update.outcome == nil, update.progress.final == nil else { return }
        updates[event]?.event?.content = content
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

    /// Ends events.
    public func finish(
        _ events: [EventID],
        as outcome: EventOutcome,
        remembering remembrance: Remembrance,
        in key: ConversationKey
    ) {
        var isFirstEnded = false
        for (index, event) in events.enumerated() {
            guard let update = updates[event], update.outcome == nil else { continue }
            if index == 0 { isFirstEnded = true }
            updates[event]?.outcome = outcome
            updates[event]?.event = nil
            updates[event]?.lease = nil
            updates[event]?.leader = nil
            updates[event]?.progress.final = nil
        }
        if isFirstEnded, let event = events.first { remember(remembrance, after: event, in: key) }
    }

    /// Forgets old finished updates.
    public func pruneUpdates(receivedBefore date: Date) {
        updates = updates.filter { $0.value.outcome == nil || $0.value.received >= date }
        order.removeAll { updates[$0] == nil }
    }
}
