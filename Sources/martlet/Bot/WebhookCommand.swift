import ArgumentParser
import AsyncHTTPClient
import Foundation
import Logging
import MartletTelegram
import MartletTerminal

/// `martlet webhook`: where Telegram delivers a bot's messages.
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Set, show or delete where Telegram delivers a bot's messages.",
        discussion: """
            martlet bot --webhook sets the webhook itself; this command is for setting it from elsewhere and for looking at \
            it. Messages that wait are kept by all of it. The secret is made from the token, or read from a file or from \
            TELEGRAM_WEBHOOK_SECRET, and is the same as martlet bot and martlet lambda expect with the same settings; like the \
            token it may be named: secretsmanager:NAME or ssm:/PATH.

            EXAMPLES
              martlet webhook set https://bot.example/telegram
              martlet webhook set --function-url auto --store dynamodb:martlet
              martlet webhook set --function-url https://abc.lambda-url.eu-west-1.on.aws/ --store dynamodb:martlet
              martlet webhook info
              martlet webhook info --json
              martlet webhook delete
            """,
        subcommands: [Set.self, Info.self, Delete.self],
        defaultSubcommand: Info.self
    )

    /// Which bot, and how it is reached.
    struct Reaching: ParsableArguments {
        @OptionGroup
        var telegram: TelegramOptions

        /// Reads the settings and runs `body` with what calls Telegram.
        func with(
            _ options: [(Setting, String?)] = [],
            _ body: (BotConfiguration, any BotAPICalling) async throws -> Void
        ) async throws {
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: TelegramBot.clientConfiguration)
            do {
                try await with(options, client: client, body)
            } catch {
                try? await client.shutdown()
                throw error
            }
            try await client.shutdown()
        }

        private func with(
            _ options: [(Setting, String?)],
            client: HTTPClient,
            _ body: (BotConfiguration, any BotAPICalling) async throws -> Void
        ) async throws {
            let process = ProcessInfo.processInfo.environment
            let logger = Logger(label: "martlet.webhook") { StreamLogHandler.standardError(label: $0) }
            let environment = try await FunctionServices.with(process, logger: logger) {
                try await $0.secrets.resolve(process)
            }
            let values = try await SettingValues(
                options: SettingValues.given(options + telegram.given),
                environment: environment,
                file: telegram.config
            )
            let configuration = try BotConfiguration(values, environment: environment)
            let settings = configuration.telegram
            try await body(
                configuration,
                HTTPBotAPI(client: client, baseURL: settings.baseURL, token: settings.token)
            )
        }
    }

    /// `martlet webhook set URL`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have messages delivered to an address.",
            discussion: """
                Messages that wait are delivered there too. With --function-url the bot's menus are registered as well, and the \
                function's store learns who the bot is, so that no start of the function has to do it.
                """
        )

        @Argument(help: ArgumentHelp("The https address, whose path holds no secret.", valueName: "url"))
        var url: String?

        @Option(
            name: .customLong("function-url"),
            help: ArgumentHelp(
                "The address of a function of AWS Lambda, instead; auto asks AWS for that of the function with the table's name.",
                valueName: "url|auto"
            )
        )
        var functionURL: String?

        @Option(
            help: ArgumentHelp("A file with the secret, instead of one made from the token.", valueName: "path")
        )
        var secretFile: String?

        @Option(
            help: ArgumentHelp(
                "Messages that are delivered at the same time; default: 40, and 10 for a function: not more than run at once.",
                valueName: "n"
            )
        )
        var maxConnections: Int?

        @Option(help: ArgumentHelp("The function's table, dynamodb:TABLE.", valueName: "store"))
        var store: String?

        @OptionGroup(title: "Bot")
        var bot: Reaching

        /// What the account of somebody who is new to AWS runs at the same time.
        private static let functionConnectionCount = 10

        func validate() throws {
            guard (url == nil) != (functionURL == nil) else {
                throw ValidationError("Give the address, or --function-url with the function's.")
            }
        }

        func run() async throws {
            let functionURL = try await functionAddress()
            let connections = maxConnections ?? (functionURL == nil ? nil : Self.functionConnectionCount)
            let options: [(Setting, String?)] = [
                (.webhookURL, functionURL ?? url), (.webhookSecretFile, secretFile),
                (.webhookConnections, connections.map { "\($0)" }), (.storePath, store),
            ]
            try await bot.with(options) { configuration, api in
                guard let webhook = configuration.telegram.webhook else { return }
                if functionURL != nil {
                    try await FunctionSetup(configuration, api: api, file: bot.telegram.config).run()
                }
                try await api.setWebhook(webhook)
                let information = try await api.getWebhookInfo()
                print("Telegram delivers to \(TerminalText.harmless(webhook.url)); \(information.pendingCount) wait.")
            }
        }

        /// The function's address, asked for where it is `auto`.
        private func functionAddress() async throws -> String? {
            guard functionURL == "auto" else { return functionURL }
            let values = try await SettingValues(
                options: SettingValues.given([(.storePath, store)]),
                environment: ProcessInfo.processInfo.environment,
                file: bot.telegram.config
            )
            var name = BotResources.standardName
            if let path = values.text(.storePath), case .table(let table) = StoreLocation(path) { name = table }
            let found = try await AWSConnection.with { try await FunctionAddress.find(name, on: $0) }
            print(
                "The function \(TerminalText.harmless(found.function)) is called at \(TerminalText.harmless(found.url))"
            )
            return found.url
        }
    }

    /// `martlet webhook info`.
    struct Info: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show where messages are delivered, and what Telegram says about it.",
            discussion: "Exits with 1 when something keeps messages from arriving."
        )

        @Flag(help: "Print one JSON object.")
        var json = false

        @OptionGroup(title: "Bot")
        var bot: Reaching

        func run() async throws {
            try await bot.with { configuration, api in
                let settings = configuration.telegram
                let information = try await api.getWebhookInfo()
                // Where the settings ask for none, what is set is what is meant.
                let meant = information.isSet ? settings.webhook(at: information.url) : nil
                let webhook = settings.webhook ?? meant
                let findings = WebhookCheck.findings(information, webhook: webhook, at: Date())
                if json {
                    print(try JSONOutput.line(WebhookReport(information, findings: findings)), terminator: "")
                } else {
                    let style = Style.detected(for: STDOUT_FILENO)
                    for finding in findings { print(finding.text(style)) }
                }
                if findings.contains(where: { $0.level == .failure }) { throw ExitCode(1) }
            }
        }
    }

    /// `martlet webhook delete`.
    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have messages kept for martlet bot to ask for.",
            discussion: "Messages that wait are kept."
        )

        @OptionGroup(title: "Bot")
        var bot: Reaching

        func run() async throws {
            try await bot.with { _, api in
                let before = try await api.getWebhookInfo()
                try await api.deleteWebhook()
                print(
                    before.isSet
                        ? "The webhook at \(TerminalText.harmless(before.server)) is deleted; \(before.pendingCount) wait."
                        : "No webhook was set."
                )
            }
        }
    }
}

extension TelegramBot.Settings {
    /// A webhook at an address, with what else is usual.
    fileprivate func webhook(at url: String) -> WebhookSettings {
        WebhookSettings(url: url, path: "/", secrets: [WebhookSecret(derivedFrom: token)])
    }
}

/// What `martlet webhook info --json` prints.
struct WebhookReport: Encodable {
    let isSet: Bool
    /// Without the path, where other programs put their token.
    let server: String?
    let pendingCount: Int64
    let lastError: String?
    let lastErrorDate: String?
    let maximumConnections: Int64?
    let allowedUpdates: [String]?
    let missingUpdates: [String]
    let findings: [Finding]

    init(_ information: WebhookInformation, findings: [Finding]) {
        isSet = information.isSet
        server = information.isSet ? information.server : nil
        pendingCount = information.pendingCount
        lastError = information.lastErrorMessage
        lastErrorDate = information.lastErrorDate?.ISO8601Format()
        maximumConnections = information.maximumConnectionCount
        allowedUpdates = information.allowedUpdates
        missingUpdates = information.missingKinds
        self.findings = findings
    }
}
