/// What the bot does about something that was said.
enum Reply: Sendable, Hashable {
    /// Says a text of its own.
    case say(String)
    /// Does what it is told.
    case command(ConversationCommand)
    /// Asks the model.
    case ask
    /// Nothing.
    case ignore

    /// Decides what to do about an event; no store and no model is needed for that.
    init(to event: InboundEvent, language: Language, settings: ConversationSettings) {
        let text: String
        switch event.content {
        case .text(let said): text = said
        case .unsupported:
            self = .say(language.text(.onlyText))
            return
        default:
            self = .ignore
            return
        }
        let question = text.trimmingWhitespace()
        if let command = ConversationCommand(parsing: question, botUsername: settings.botUsername) {
            self = .command(command)
        } else if question.isEmpty {
            self = .ignore
        } else if question.count > settings.maximumMessageLength {
            self = .say(language.text(.messageTooLong(maximum: settings.maximumMessageLength)))
        } else if settings.isEcho {
            self = .say(text)
        } else {
            self = .ask
        }
    }
}
