public import MartletConversation

/// Where recorded events go to be dealt with.
public protocol EventLine: Sendable {
    /// Takes an event that the store has; one that is there already is left alone.
    /// - Parameter isLeftover: Whether it is from before a restart.
    func submit(_ event: InboundEvent, isLeftover: Bool)

    /// Returns when there is room for more, when the line is ending, or when the task is cancelled.
    func waitForRoom() async
}

extension ConversationService: EventLine {}
