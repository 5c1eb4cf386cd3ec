public import FoundationEssentials

/// Where conversations and unanswered messages are kept.
///
/// An event goes `accepted -> answering -> delivering -> finished`; every step is durable before the call returns, so that
/// whatever kills the process, the next one finds what is left and what was already shown.
/// - ``accept(_:)`` records an event as accepted.
/// - ``beginAnswer(to:joining:lease:)`` moves it to answering, and says what an earlier attempt left behind.
/// - ``recordFinal(_:of:)`` moves it to delivering: the text is settled and only its delivery is repeated after a crash.
/// - ``finish(_:as:remembering:in:)`` ends it, together with the history that it leaves, in one step.
public protocol ConversationStore: Sendable {
    /// Records updates, all or none, and leaves out those that are known by their id.
    /// - Returns: The events among the new ones, in the order given.
    func accept(_ updates: [ReceivedUpdate]) async throws -> [InboundEvent]

    /// The events of a bot that are not finished, in the order in which they were accepted.
    func unfinishedEvents(of bot: BotID) async throws -> [InboundEvent]

    /// Starts an attempt to answer an event, together with others that are one question with it.
    /// - Parameters:
    ///   - others: Joined to the event for good when this is the first attempt; later attempts find the same ones joined.
    ///   - lease: The claim; without one the event is begun whoever has it.
    func beginAnswer(to event: EventID, joining others: [EventID], lease: Lease?) async throws -> AnswerStart

    /// Prolongs a claim.
    func renew(_ lease: Lease, of event: EventID) async throws -> LeaseState

    /// The events of a place that some process is answering under a claim that has not ended at `now`.
    func eventsBeingAnswered(in place: ConversationKey, at now: Date) async throws -> [InboundEvent]

    /// The events of a place that nobody has begun to answer or joined to another, in the order in which they were accepted.
    func waitingEvents(in place: ConversationKey) async throws -> [InboundEvent]

    /// Asks whichever process answers the event to stop; it hears of it when it next renews its claim.
    func requestStop(of event: EventID) async throws

    /// Changes what an unfinished event says.
    func amend(_ event: EventID, to content: InboundEvent.Content) async throws

    /// Notes that a part of the reply is shown as `message`.
    func recordMessage(_ message: MessageID, part: Int, of event: EventID) async throws

    /// Settles the text of the reply.
    func recordFinal(_ reply: FinalReply, of event: EventID) async throws

    /// Ends events and leaves what is remembered in the conversation; where the first event is finished or unknown, nothing is
    /// remembered.
    func finish(
        _ events: [EventID],
        as outcome: EventOutcome,
        remembering remembrance: Remembrance,
        in key: ConversationKey
    ) async throws

    /// Reads a conversation with its latest turns, at most `turnLimit` of them.
    func conversation(for key: ConversationKey, turnLimit: Int) async throws -> Conversation

    /// Reads the exchange that `question` began, or the latest one.
    func exchange(of question: EventID?, in key: ConversationKey) async throws -> Exchange?

    /// The turns that lead to what `message` shows, oldest first, at most `limit` and only from the same place.
    func replyChain(to message: MessageID, in place: ConversationKey, limit: Int) async throws -> [Turn]

    /// Forgets every turn of a conversation, archived ones and everything made from them too, and keeps its settings.
    func eraseTurns(of key: ConversationKey) async throws

    /// Puts the turns away: the conversation begins afresh, and nothing is erased.
    func archiveTurns(of key: ConversationKey) async throws

    /// Forgets the latest exchange.
    /// - Returns: Whether there was one.
    func removeLatestExchange(in key: ConversationKey) async throws -> Bool

    /// Keeps a summary, unless what it was made from was erased or put away meanwhile.
    func setSummary(_ summary: Conversation.Summary, for key: ConversationKey) async throws

    /// Changes what the chat has chosen, in one step.
    func updateSettings(
        of key: ConversationKey,
        _ change: @escaping @Sendable (inout ChatSettings) -> Void
    ) async throws

    /// Gives everything of a chat to another number, unfinished events too, all or nothing.
    /// - Returns: The conversations that were moved, by their keys before.
    func migrate(_ chat: ChatID, of bot: BotID, to successor: ChatID) async throws -> [ConversationKey]

    /// The conversations of a person alone: their private chat's, and those kept apart for them elsewhere.
    func conversations(of user: UserID, bot: BotID) async throws -> [ConversationKey]

    /// Forgets finished updates received before `date`; after that a repeated delivery would not be recognised.
    func pruneUpdates(receivedBefore date: Date) async throws
}

extension ConversationStore {
    /// Starts an attempt without a claim, whoever has one.
    /// - Returns: What earlier attempts left, or nil when the event is finished or unknown.
    public func beginAnswer(to event: EventID) async throws -> AnswerProgress? {
        if case .begun(let progress) = try await beginAnswer(to: event, joining: [], lease: nil) {
            progress
        } else {
            nil
        }
    }

    /// Ends an event and appends the turns to its conversation; a finished or unknown event is left as it is.
    public func finish(
        _ event: EventID,
        as outcome: EventOutcome,
        remembering turns: [Turn],
        in key: ConversationKey
    ) async throws {
        try await finish([event], as: outcome, remembering: turns.isEmpty ? .nothing : .turns(turns), in: key)
    }

    /// Chooses how many past messages the model sees.
    public func setContextLength(_ count: Int, for key: ConversationKey) async throws {
        try await updateSettings(of: key) { $0.contextLength = count }
    }
}
