/// Somebody's wish that the bot be quiet: the command, the button under a growing reply, or the platform's own button.
package struct StopRequest: Sendable, Hashable {
    private let sender: UserID
    private let isPrivate: Bool
    private let press: ButtonPress?

    /// Reads a wish, or gives nil for any other event.
    package init?(_ event: InboundEvent, botUsername: String?) {
        // What is said in somebody's name is not said to the bot.
        guard event.connection == nil else { return nil }
        switch event.content {
        case .stop: press = nil
        case .press(let press) where press.action == .stop: self.press = press
        case .text(let text):
            let command = ConversationCommand(parsing: text.trimmingWhitespace(), botUsername: botUsername)
            guard command == .stop else { return nil }
            press = nil
        default: return nil
        }
        sender = event.sender.id
        isPrivate = event.isPrivate
    }

    /// Whether it is about the answer to an event; a button is about its own only.
    package func concerns(_ subject: EventID) -> Bool {
        press.map { $0.question == subject } ?? true
    }

    /// Whether its sender may stop the answer to somebody's question: their own everywhere, and any in a private chat.
    package func isAllowed(asker: UserID) -> Bool {
        if isPrivate { return true }
        return sender == (press?.owner ?? asker)
    }
}

/// What a wish to stop found.
package enum StopFinding: Sendable, Hashable {
    /// The answer stops.
    case stopped
    /// Only the one who asked may stop it.
    case notAllowed(owner: String)
    /// Nothing is being answered here.
    case nothing
}
