extension Secretary: EventTaking {
    /// Deals with what is said in people's names and what owners say about it.
    public func take(_ event: InboundEvent) async throws -> EventOutcome? {
        try await handle(event) ? .answered : nil
    }
}

extension ElsewhereAnswers: EventTaking {
    /// Deals with questions from chats that the bot is not in.
    public func take(_ event: InboundEvent) async throws -> EventOutcome? {
        try await handle(event) ? .answered : nil
    }
}
