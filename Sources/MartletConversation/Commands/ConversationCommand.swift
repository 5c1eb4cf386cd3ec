/// What a person tells the bot rather than the model.
public enum ConversationCommand: Sendable, Hashable {
    /// `/start`: a greeting.
    case start
    /// `/help`: what the bot can do.
    case help
    /// `/new`: puts the conversation away and begins another one.
    case new
    /// `/stop`: ends the answer that is being written.
    case stop
    /// `/retry`: answers the latest question anew.
    case retry
    /// `/undo`: forgets the latest question and its answer.
    case undo
    /// `/reset`, `/delete_history`: forget the conversation.
    case reset
    /// `/set_context_length N`: how many past messages the model sees; the argument as it was typed.
    case setContextLength(argument: String)
    /// `/model NAME`: which model answers.
    case model(argument: String)
    /// `/persona NAME`: who the bot is.
    case persona(argument: String)
    /// `/lang CODE`: the language of the bot's own texts.
    case language(argument: String)
    /// `/settings`: everything else that can be chosen.
    case settings
    /// `/sources`: what the latest answer rests on.
    case sources
    /// `/usage`: what was used.
    case usage
    /// `/privacy`: what is kept.
    case privacy
    /// `/mydata`: everything that is kept about the sender.
    case myData
    /// `/forgetme`: erases that.
    case forgetMe
    /// Any other word with a slash.
    case unknown(name: String)

    /// Whether it changes how the bot behaves in the chat, or what it remembers of it.
    var changesSettings: Bool {
        switch self {
        case .reset, .undo, .setContextLength, .settings: true
        case .model(let argument), .persona(let argument), .language(let argument): !argument.isEmpty
        default: false
        }
    }

    /// Reads a command, or gives nil for ordinary text and for a command addressed to another bot.
    ///
    /// - Parameters:
    ///   - text: The message; a command is its first word, `/name` or `/name@bot`.
    ///   - botUsername: The bot's own name without `@`, compared regardless of case.
    public init?(parsing text: String, botUsername: String?) {
        guard text.first == "/" else { return nil }
        let rest = text.dropFirst()
        let word = rest.prefix { !$0.isWhitespace }
        let argument = rest.dropFirst(word.count).trimmingWhitespace()
        let pieces = word.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = pieces.first?.lowercased(), Self.isName(name) else { return nil }
        if pieces.count == 2, let botUsername, pieces[1].lowercased() != botUsername.lowercased() { return nil }
        switch name {
        case "start": self = .start
        case "help": self = .help
        case "new": self = .new
        case "stop": self = .stop
        case "retry": self = .retry
        case "undo": self = .undo
        case "reset", "delete_history": self = .reset
        case "set_context_length": self = .setContextLength(argument: argument)
        case "model": self = .model(argument: argument)
        case "persona": self = .persona(argument: argument)
        case "lang": self = .language(argument: argument)
        case "settings": self = .settings
        case "sources": self = .sources
        case "usage": self = .usage
        case "privacy": self = .privacy
        case "mydata": self = .myData
        case "forgetme": self = .forgetMe
        default: self = .unknown(name: name)
        }
    }

    /// 1 to 32 of `a-z`, `0-9` and `_`, as the platform has it; `/usr/bin` is not a command.
    private static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }
}

extension StringProtocol {
    /// The text without white space at its ends.
    package func trimmingWhitespace() -> String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
