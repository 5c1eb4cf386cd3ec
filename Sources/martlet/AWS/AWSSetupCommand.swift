import ArgumentParser
import Foundation
import MartletAWS
import MartletCore
import MartletTelegram
import MartletTerminal

/// `martlet aws setup`: makes what a bot on AWS needs there.
struct AWSSetupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: "Make the table, and with --queue and --secret also these; what is there is kept.",
        discussion: """
            It may be run again at any time: what is as it should be stays, what differs is put right, nothing is deleted. \
            The table is billed by use and costs nothing while nobody writes. Prints what to set for the bot.

            With --secret, the bot's token is taken from TELEGRAM_TOKEN or, with --token-stdin, from standard input, and \
            stored with a random secret for the webhook. Where no token is given, one that is stored already is kept.

            EXAMPLES
              martlet aws setup --dry-run
              TELEGRAM_TOKEN=… martlet aws setup mybot --queue --secret
              martlet aws setup mybot --secret --rotate-webhook-secret
            """
    )

    @OptionGroup
    var arguments: AWSArguments

    @Flag(help: "Also the queue between front and worker, and the one for its dead letters.")
    var queue = false

    @Flag(help: "Also the secret with the token and the keys.")
    var secret = false

    @Flag(help: "Read the bot's token from standard input.")
    var tokenStdin = false

    @Option(
        help: ArgumentHelp("The variable with the key for a hosted model, stored as MODEL_KEY.", valueName: "variable")
    )
    var modelKeyFrom: String?

    @Flag(help: "Make another secret for the webhook; the former one stays accepted until the webhook is set again.")
    var rotateWebhookSecret = false

    @Flag(help: "Leave out the table's recovery to any moment of the last 35 days, which costs as much as its storage.")
    var noRecovery = false

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    func validate() throws {
        guard secret || (!tokenStdin && !rotateWebhookSecret && modelKeyFrom == nil) else {
            throw ValidationError("--token-stdin, --model-key-from and --rotate-webhook-secret go with --secret.")
        }
    }

    func run() async throws {
        let values = secret ? try secretValues(ProcessInfo.processInfo.environment) : [:]
        try await AWSConnection.with(region: arguments.region) { connection in
            let setup = AWSSetup(
                resources: BotResources(name: arguments.name),
                connection: connection,
                isDryRun: dryRun
            )
            var report = AWSSetupReport(name: arguments.name, region: connection.region, isDryRun: dryRun)
            let style = Style.detected(for: STDOUT_FILENO)
            func note(_ steps: [AWSSetupReport.Step]) {
                report.steps += steps
                // What is done is said at once: what comes next may fail.
                if !arguments.json { for step in steps { print(step.text(style, isDryRun: dryRun)) } }
            }
            note([try await setup.table(recovery: !noRecovery)])
            report.settings["MARTLET_STORE_PATH"] = "dynamodb:\(arguments.name)"
            if queue {
                let (steps, url) = try await setup.queues()
                note(steps)
                report.settings["LAMBDA_QUEUE_URL"] = url
            }
            if secret {
                note([try await setup.secret(values, renewsWebhook: rotateWebhookSecret)])
                for (variable, key) in [
                    ("TELEGRAM_TOKEN", BotResources.tokenKey), ("TELEGRAM_WEBHOOK_SECRET", BotResources.webhookKey),
                ] { report.settings[variable] = "secretsmanager:\(arguments.name)#\(key)" }
            }
            if arguments.json {
                print(try JSONOutput.line(report), terminator: "")
            } else {
                print(report.settingsText, terminator: "")
            }
        }
    }

    /// What is to be stored, checked before anything is made.
    private func secretValues(_ environment: [String: String]) throws -> [String: Secret] {
        var values: [String: Secret] = [:]
        var text = environment["TELEGRAM_TOKEN"].flatMap { $0.isEmpty || SecretReference.isReference($0) ? nil : $0 }
        if tokenStdin {
            text = String(decoding: try FileHandle.standardInput.read(upToCount: 4096) ?? Data(), as: UTF8.self)
        }
        if let text {
            guard BotToken(text) != nil, let token = Secret(text) else {
                throw ValidationError(
                    "What is given as the token is none; @BotFather's look like 123456789:AAF-letters_and_digits."
                )
            }
            values[BotResources.tokenKey] = token
        }
        if let modelKeyFrom {
            guard let key = environment[modelKeyFrom].flatMap({ Secret($0) }) else {
                throw ValidationError("--model-key-from names a variable that is not set, or holds no key.")
            }
            values[BotResources.modelKey] = key
        }
        return values
    }
}

/// What `martlet aws setup` did, or would do.
struct AWSSetupReport: Encodable {
    /// One thing that was looked after.
    struct Step: Encodable, Sendable {
        /// What became of it.
        enum Change: String, Encodable, Sendable {
            case created
            case updated
            case unchanged
        }

        var kind: String
        var name: String
        var change: Change
        /// What exactly.
        var detail: String?

        /// A line.
        func text(_ style: Style, isDryRun: Bool) -> String {
            let words: String =
                switch (change, isDryRun) {
                case (.created, false): "created"
                case (.created, true): "would create"
                case (.updated, false): "updated"
                case (.updated, true): "would update"
                case (.unchanged, _): "is there"
                }
            let mark = change == .unchanged ? style.dim(words) : style.green(words)
            let padding = String(repeating: " ", count: 14 - words.count)
            return mark + padding + "\(kind) \(name)" + (detail.map { ": \($0)" } ?? "")
        }
    }

    let name: String
    let region: String
    let isDryRun: Bool
    var steps: [Step] = []
    /// What to set for the bot; no value is secret.
    var settings: [String: String] = [:]

    init(name: String, region: String, isDryRun: Bool) {
        (self.name, self.region, self.isDryRun) = (name, region, isDryRun)
    }

    /// The settings as a shell takes them.
    var settingsText: String {
        guard !isDryRun else { return "" }
        return "\nSet for the bot:\n"
            + settings.sorted { $0.key < $1.key }.map { "  \($0.key)=\($0.value)\n" }.joined()
    }
}
