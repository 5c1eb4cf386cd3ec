import ArgumentParser
import Foundation
import MartletAWS
import MartletTerminal

/// `martlet aws check`: who one is on AWS, what is there, and which rights lack.
struct AWSCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say who one is on AWS, what is there, and which rights lack.",
        discussion: """
            Rights are tried with requests that change nothing: writes whose condition never holds, receipts that no message \
            has. Secrets are read and not shown. Exits with 1 when something is there that cannot be used.

            EXAMPLES
              martlet aws check
              martlet aws check mybot --json
            """
    )

    @OptionGroup
    var arguments: AWSArguments

    func run() async throws {
        let findings: [Finding]
        do {
            findings = try await AWSConnection.with(region: arguments.region) { connection in
                try await AWSChecks(resources: BotResources(name: arguments.name), connection: connection)
                    .findings(ProcessInfo.processInfo.environment)
            }
        } catch let error as AWSError {
            findings = [Finding(.failure, "region", error.message, remedy: error.remedy.map { $0 + "." })]
        }
        if arguments.json {
            print(try JSONOutput.line(DoctorCommand.Report(findings: findings)), terminator: "")
        } else {
            let style = Style.detected(for: STDOUT_FILENO)
            for finding in findings { print(finding.text(style)) }
        }
        if findings.contains(where: { $0.level == .failure }) { throw ExitCode(1) }
    }
}
