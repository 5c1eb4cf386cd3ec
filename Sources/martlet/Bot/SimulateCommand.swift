import ArgumentParser
import Foundation
import MartletSimulator
import MartletTelegram

/// `martlet simulate`: a Telegram on this machine, to try a bot without an account.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulate Telegram on this machine, to try a bot by hand.",
        discussion: """
            Starts a Bot API server on the loopback interface and reads what people say from standard input, a line a \
            message. Run the bot in another terminal with the settings that are printed.

              :user NAME [LANGUAGE]     go on as somebody else, in their own chat with the bot
              :group                    go on in a group of everybody; :private goes back
              :fail METHOD STATUS [N]   the next N calls of METHOD fail; 429 asks for 5 seconds of silence
              :block                    block the bot
              :quit                     end
            """
    )

    @Option(help: ArgumentHelp("The port; 0 takes any free one.", valueName: "n"))
    var port = 8081

    @Option(help: ArgumentHelp("The token that the simulated bot has.", valueName: "token"))
    var token = "7000001:simulated-token"

    mutating func validate() throws {
        guard SimulatorToken(token) != nil else { throw ValidationError("--token looks like 123456:letters-and-digits.") }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
    }

    func run() async throws {
        let simulator = TelegramSimulator(token: token)
        try await SimulatorServer.withServer(simulator, port: port) { server in
            SimulatorScreen.write(
                """
                A simulated Telegram listens. In another terminal:
                  TELEGRAM_TOKEN=\(token) TELEGRAM_API_BASE_URL=\(server.baseURL) martlet bot
                Then write here; :quit ends.

                """
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var screen = SimulatorScreen()
                    await screen.show(simulator.events)
                }
                var desk = SimulatorDesk(simulator: simulator)
                for await line in Self.lines {
                    guard desk.handle(line) else { break }
                }
                // What the bot still has to say to piped input is waited for.
                try await desk.waitUntilAnswered()
                group.cancelAll()
            }
        }
    }

    /// The lines of standard input, read on a thread of their own because reading blocks.
    private static var lines: AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
    }
}
