import ArgumentParser
import Foundation
import MartletCore
import MartletSimulator

/// `martlet simulate run`: plays scripted conversations against a bot and says which went as expected.
struct SimulateRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Play scripted conversations and check what the bot does.",
        discussion: """
            Each file is one scenario (docs/simulator.md). The bot is this program, in a process and a folder of its own, with a \
            scripted model; --bot-command runs any other one that reads TELEGRAM_TOKEN and TELEGRAM_API_BASE_URL.

            EXAMPLES
              martlet simulate run Tests/Scenarios/*.yaml
              martlet simulate run greeting.yaml --bot-command "python3 mybot.py" --json
            """
    )

    @Argument(help: ArgumentHelp("Scenarios.", valueName: "file"))
    var files: [String]

    @Option(help: ArgumentHelp("A shell command that runs the bot to be tested.", valueName: "command"))
    var botCommand: String?

    @Flag(help: "Print the results as JSON.")
    var json = false

    func run() async throws {
        // Every file is read before anything is played, so that a slip in the last one shows at once.
        let scenarios = try files.map { file in
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw ValidationError("\(file) cannot be read.")
            }
            do {
                return try Scenario(yaml: text)
            } catch let error as ScenarioError {
                throw ValidationError("\(file): \(error.description)")
            }
        }
        var reports: [ScenarioReport] = []
        for scenario in scenarios {
            let (report, log) = try await play(scenario)
            reports.append(report)
            if !json { show(report, log) }
        }
        let failed = reports.count { $0.failure != nil }
        if json {
            print(JSONValue.array(reports.map(\.json)).text)
        } else {
            print("\(reports.count - failed) of \(reports.count) passed")
        }
        if failed > 0 { throw ExitCode(1) }
    }

    private func play(_ scenario: Scenario) async throws -> (ScenarioReport, [String]) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-scenario-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var bot: BotProcess?
        let report = try await ScenarioRunner.run(scenario) { _ in
            let made = BotProcess(
                botCommand.map { .command($0) } ?? .file(BotProcess.ownProgram),
                folder: folder,
                files: scenario.botFiles
            )
            bot = made
            return made
        }
        return (report, report.failure == nil ? [] : bot?.logTail(lineCount: 5) ?? [])
    }

    private func show(_ report: ScenarioReport, _ log: [String]) {
        let seconds = Double(report.duration.components.seconds) + Double(report.duration.components.attoseconds) / 1e18
        let time = String(format: "%.1f s", seconds)
        guard let failure = report.failure else { return print("pass  \(report.name) (\(time))") }
        print("FAIL  \(report.name) (\(time))\n      \(report.place ?? ""): \(failure)")
        for line in log { print("      | \(line)") }
    }
}
