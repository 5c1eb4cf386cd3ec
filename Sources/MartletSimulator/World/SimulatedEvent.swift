/// Something that a person at the terminal wants to see.
public enum SimulatedEvent: Sendable, Hashable {
    /// The bot showed a message.
    case sent(SimulatedMessage)
    /// The bot changed a message.
    case edited(SimulatedMessage)
    /// The bot deleted a message.
    case deleted(SimulatedMessage)
    /// The bot is typing in a chat.
    case typing(chat: Int64)
}
