import MartletTerminal

/// A line of the chat: a message, or something that the person asks of the chat itself.
enum ChatLine: Equatable {
    enum Command: Equatable {
        case help
        case reset
        case showSystem
        case setSystem(String)
        case retry
        case sources
        case exit
        case unknown(String, suggestion: String?)
    }

    case command(Command)
    case message(String)

    private static let names = ["help", "reset", "system", "retry", "sources", "exit"]

    static let help = """
        /reset          forget the conversation
        /system TEXT    give the model instructions, and begin anew; without TEXT, show them
        /retry          answer the last message again
        /sources        show where the last answer comes from
        /exit           leave (Ctrl-D does, too)
        Alt-Return      a line break inside a message
        Ctrl-C          stop the answer, or throw away the line
        A message that begins with a slash is written with two: //like this
        """

    /// Reads a line without white space around it.
    init(_ text: String) {
        guard text.hasPrefix("/"), !text.hasPrefix("//") else {
            self = .message(text.hasPrefix("//") ? String(text.dropFirst()) : text)
            return
        }
        let parts = text.dropFirst().split(
            maxSplits: 1,
            omittingEmptySubsequences: false,
            whereSeparator: \.isWhitespace
        )
        let name = parts.first.map { $0.lowercased() } ?? ""
        let rest = parts.count > 1 ? parts[1].trimmingPrefix { $0.isWhitespace } : ""
        switch name {
        case "help", "?": self = .command(.help)
        case "reset", "clear": self = .command(.reset)
        case "system": self = .command(rest.isEmpty ? .showSystem : .setSystem(String(rest)))
        case "retry": self = .command(.retry)
        case "sources": self = .command(.sources)
        case "exit", "quit", "bye": self = .command(.exit)
        default: self = .command(.unknown(name, suggestion: Suggestion.nearest(to: name, among: Self.names)))
        }
    }

    var command: Command? {
        if case .command(let command) = self { command } else { nil }
    }

    var message: String {
        if case .message(let text) = self { text } else { "" }
    }
}
