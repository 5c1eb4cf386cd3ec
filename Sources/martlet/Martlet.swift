import ArgumentParser
import Foundation
import MartletTerminal

/// The command line: `martlet COMMAND …`.
@main
struct Martlet: AsyncParsableCommand {
    /// The program's version.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "A language model behind a chat, in one program that needs no other.",
        discussion: """
            Without a command, martlet runs the Telegram bot when TELEGRAM_TOKEN is set, and opens a chat in this \
            terminal otherwise.

            EXAMPLES
              martlet                                chat with the model in the box
              martlet chat --model smollm2-360m      chat with a model that was pulled
              martlet generate "Why is the sky blue?"
              martlet embed "A bird without feet."   a vector, by an embedding model
              martlet serve                          an API and a page for other programs and browsers
              martlet pull --list                    models to pull by name
              TELEGRAM_TOKEN=… martlet bot           answer messages on Telegram
            """,
        version: version,
        subcommands: [
            ChatCommand.self, GenerateCommand.self, EmbedCommand.self, ServeCommand.self, MakeKeyCommand.self,
            BotCommand.self,
            PairCommand.self, UsersCommand.self, WebhookCommand.self, LambdaCommand.self,
            SimulateCommand.self, IndexCommand.self, SearchCommand.self, PullCommand.self, ConvertCommand.self,
            PackCommand.self, BakeCommand.self,
            SnapshotsCommand.self, InspectCommand.self, QuantizeCommand.self, TokenizeCommand.self, BenchCommand.self,
            PerplexityCommand.self, CostCommand.self, AWSCommand.self, DoctorCommand.self,
        ]
    )

    func run() async throws {
        let token = ProcessInfo.processInfo.environment["TELEGRAM_TOKEN"] ?? ""
        if token.isEmpty {
            try await ChatCommand.parse([]).run()
        } else {
            try await BotCommand.parse([]).run()
        }
    }

    static func main() async {
        // A reader that goes away, such as `head`, is an error of the next write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            if let reason = OutputFailure.reason() {
                throw CommandError("Not all of the output could be written: \(reason).")
            }
        } catch {
            Foundation.exit(report(error))
        }
    }

    /// Says what went wrong and returns the exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    private static func report(_ error: any Error) -> Int32 {
        if error is CancellationError { return 130 }
        switch exitCode(for: error) {
        case .success:
            print(fullMessage(for: error))
            return 0
        case .validationFailure:
            StandardError.write(fullMessage(for: error) + "\n" + commandSuggestion)
            return 2
        case ExitCode.failure where !(error is ExitCode):
            let style = Style.detected(for: STDERR_FILENO)
            let message = "\(style.red("martlet:")) \(TerminalText.harmless("\(error)"))\n"
            StandardError.write(message)
            return 1
        case let code:
            return code.rawValue
        }
    }

    /// The command that was probably meant, when the first word is none.
    private static var commandSuggestion: String {
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), !names.contains(word),
            let nearest = Suggestion.nearest(to: word, among: names)
        else { return "" }
        return "  Did you mean 'martlet \(nearest)'?\n"
    }
}
