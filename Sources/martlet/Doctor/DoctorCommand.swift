import ArgumentParser
import Foundation
import MartletTerminal

/// `martlet doctor`: whether everything is in place, and what to do about what is not.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the machine, the model, the files and the bot, and say what to do.",
        discussion: """
            Exits with 1 when something keeps Martlet from working. Nothing is changed; with a token set, Telegram is asked \
            who the bot is and whether a webhook stands in the way, and providers of hosted models are asked whether they \
            answer.

            EXAMPLES
              martlet doctor
              martlet doctor --model model.gguf --json
            """
    )

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @Option(help: ArgumentHelp("Settings of the bot, instead of ./martlet.yaml.", valueName: "path"))
    var config: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        var findings = MachineCheck.findings()
        findings += await ModelsCheck(options: model, configurationFile: config).findings()
        findings += StorageCheck.findings(environment: ProcessInfo.processInfo.environment)
        findings += await BotCheck(configurationFile: config).findings()
        if json {
            print(try JSONOutput.line(Report(findings: findings)), terminator: "")
        } else {
            let style = Style.detected(for: STDOUT_FILENO)
            for finding in findings { print(finding.text(style)) }
        }
        if findings.contains(where: { $0.level == .failure }) { throw ExitCode(1) }
    }

    /// What `--json` prints.
    struct Report: Encodable {
        let findings: [Finding]
    }
}

/// One thing that was looked at.
package struct Finding: Encodable, Sendable {
    /// How bad it is.
    package enum Level: String, Encodable, Sendable {
        /// As it should be.
        case ok
        /// Works, but could be better.
        case notice
        /// Keeps Martlet from working.
        case failure
    }

    /// How bad it is.
    package let level: Level
    /// What was looked at.
    package let subject: String
    /// What was found.
    package let detail: String
    /// What to do; nil where nothing is to be done.
    package let remedy: String?

    init(_ level: Level, _ subject: String, _ detail: String, remedy: String? = nil) {
        self.level = level
        self.subject = subject
        self.detail = detail
        self.remedy = remedy
    }

    /// A line, and another for the remedy.
    func text(_ style: Style) -> String {
        let mark =
            switch level {
            case .ok: style.green("ok  ")
            case .notice: style.yellow("note")
            case .failure: style.red("FAIL")
            }
        let padding = String(repeating: " ", count: max(1, 12 - subject.count))
        let line = "\(mark)  \(style.bold(subject))\(padding)\(TerminalText.harmless(detail))"
        guard let remedy else { return line }
        return line + "\n" + String(repeating: " ", count: 18) + style.dim(TerminalText.harmless(remedy))
    }
}
