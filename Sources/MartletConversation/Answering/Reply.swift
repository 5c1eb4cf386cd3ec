import FoundationEssentials
import MartletCore

/// What the bot does about an event.
enum Reply: Sendable, Hashable {
    /// Says a text of its own.
    case say(String)
    /// Forgets the conversation, then says a text.
    case eraseTurns(thenSay: String)
    /// Sets how many past messages the model sees, then says a text.
    case setContextLength(Int, thenSay: String)
    /// Asks the model.
    case ask(question: String)
    /// Nothing.
    case ignore

    /// Decides what to do about an event; no store and no model is needed for that.
    /// - Parameter contextLength: How many past messages the model sees in this chat at the moment.
    init(to event: InboundEvent, contextLength: Int, settings: ConversationSettings) {
        let language = Language(code: event.sender.languageCode)
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
            self.init(to: command, event: event, contextLength: contextLength, settings: settings)
        } else if question.isEmpty {
            self = .ignore
        } else if question.count > settings.maximumMessageLength {
            self = .say(language.text(.messageTooLong(maximum: settings.maximumMessageLength)))
        } else if settings.isEcho {
            self = .say(text)
        } else {
            self = .ask(question: question)
        }
    }

    private init(
        to command: ConversationCommand,
        event: InboundEvent,
        contextLength: Int,
        settings: ConversationSettings
    ) {
        let language = Language(code: event.sender.languageCode)
        switch command {
        case .start:
            self = .say(language.text(.greeting(botName: settings.persona.botName)))
        case .help:
            self = .say(language.text(.help(maximumContextLength: settings.maximumContextLength)))
        case .reset:
            self = .eraseTurns(thenSay: language.text(.historyErased))
        case .setContextLength(let argument):
            if let count = Int(argument), (0...settings.maximumContextLength).contains(count) {
                self = .setContextLength(count, thenSay: language.text(.contextLengthSet(count)))
            } else {
                self = .say(
                    language.text(
                        .contextLengthInvalid(maximum: settings.maximumContextLength, current: contextLength)
                    )
                )
            }
        case .unknown:
            // In a group an unknown command is more likely meant for another bot.
            self = event.isPrivate ? .say(language.text(.unknownCommand)) : .ignore
        }
    }
}
