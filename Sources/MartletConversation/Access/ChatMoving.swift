/// Keeps something by chat that goes along when a group becomes another chat.
public protocol ChatMoving: Sendable {
    /// Gives what is kept of a chat to another one; doing it again changes nothing.
    func move(from chat: ChatID, to other: ChatID, bot: BotID) async throws
}
