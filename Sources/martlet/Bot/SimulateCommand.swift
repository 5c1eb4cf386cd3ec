import ArgumentParser
import Foundation
import MartletCore
import MartletSimulator

/// `martlet simulate`: a Telegram on this machine, to try a bot without an account.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulate Telegram on this machine, to try a bot by hand.",
        discussion: """
            Starts a Bot API server on the loopback interface, with a page on which to be everybody but the bot, and reads what \
            people say from standard input, a line a message. Run the bot in another terminal with the settings that are \
            printed, or add --with-bot; what follows -- is given to it.

              :user NAME [LANGUAGE]     go on as somebody else, in their own chat with the bot
              :group                    go on in a group of everybody; :private goes back
              :fail METHOD STATUS [N]   the next N calls of METHOD fail; 429 asks for 5 seconds of silence
              :block                    block the bot
              :quit                     end

            EXAMPLES
              martlet simulate --with-bot
              martlet simulate --with-bot -- --model smollm2-360m
              martlet simulate run Tests/Scenarios/*.yaml
            """,
        subcommands: [SimulateRunCommand.self]
    )

    @Option(help: ArgumentHelp("The port; 0 takes any free one.", valueName: "n"))
    var port = 8081

    @Option(help: ArgumentHelp("The token that the simulated bot has.", valueName: "token"))
    var token = "7000001:simulated-token"

    @Flag(help: "Start martlet bot too, with what follows --.")
    var withBot = false

    @Flag(help: "Stay when standard input ends; Ctrl-C ends.")
    var stay = false

    @Option(
        help: ArgumentHelp(
            "What the model behind /v1 says, as in a scenario's model.",
            valueName: "path",
            visibility: .hidden
        )
    )
    var modelScript: String?

    @Argument(
        parsing: .postTerminator,
        help: ArgumentHelp("Options of martlet bot, after --.", valueName: "bot-option")
    )
    var botOptions: [String] = []

    mutating func validate() throws {
        guard SimulatorToken(token) != nil else {
            throw ValidationError("--token looks like 123456:letters-and-digits.")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
        guard withBot || botOptions.isEmpty else { throw ValidationError("Options after -- are for --with-bot.") }
    }

    func run() async throws {
        let simulator = TelegramSimulator(token: token, rules: .real)
        // Somebody to be, and somewhere to be it, when the page opens.
        for act: JSONObject in [
            ["act": "addUser", "id": 1, "name": "You", "username": "you"],
            ["act": "addUser", "id": 2, "name": "Ada", "username": "ada", "language_code": "tr"],
            ["act": "addGroup", "id": -1000, "title": "Group", "members": [1, 2]],
        ] {
            try simulator.act(act)
        }
        try await SimulatorServer.withServer(simulator, port: port, script: try script) { server in
            SimulatorScreen.write("A simulated Telegram listens. Its page: \(server.baseURL)/\n")
            let bot = try startBot(server)
            defer { if let bot, bot.isRunning { bot.terminate() } }
            if bot == nil {
                SimulatorScreen.write(
                    """
                    In another terminal:
                      TELEGRAM_TOKEN=\(token) TELEGRAM_API_BASE_URL=\(server.baseURL) martlet bot

                    """
                )
            }
            SimulatorScreen.write("Then write here or there; :quit ends.\n\n")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var screen = SimulatorScreen()
                    await screen.show(simulator.events)
                }
                var desk = SimulatorDesk(simulator: simulator)
                var hasQuit = false
                for await line in Self.lines {
                    hasQuit = !desk.handle(line)
                    if hasQuit { break }
                }
                // What the bot still has to say to piped input is waited for.
                try await desk.waitUntilAnswered()
                while stay, !hasQuit { try await Task.sleep(for: .seconds(3600)) }
                group.cancelAll()
            }
        }
    }

    private var script: ModelScript {
        get throws {
            guard let modelScript else { return ModelScript() }
            return try ModelScript(yaml: String(contentsOfFile: modelScript, encoding: .utf8))
        }
    }

    /// Starts `martlet bot` on the simulator, its log on standard error.
    private func startBot(_ server: SimulatorServer) throws -> Process? {
        guard withBot else { return nil }
        let process = Process()
        process.executableURL = BotProcess.ownProgram
        process.arguments = ["bot"] + botOptions
        // Whoever plays here has nobody to keep out, and sees what an owner sees.
        let openness = ["MARTLET_OWNERS": "1", "MARTLET_ACCESS": "open", "MARTLET_GROUPS": "open"]
        process.environment = openness.merging(ProcessInfo.processInfo.environment) { $1 }.merging(
            ["TELEGRAM_TOKEN": token, "TELEGRAM_API_BASE_URL": server.baseURL]
        ) { $1 }
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
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
