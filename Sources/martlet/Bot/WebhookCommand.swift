import ArgumentParser
import AsyncHTTPClient
import Foundation
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
            TELEGRAM_WEBHOOK_SECRET, and is the same as martlet bot expects with the same settings.

            EXAMPLES
              martlet webhook set https://bot.example/telegram
              martlet webhook info
              martlet webhook info --json
              martlet webhook delete
            """,
        subcommands: [Set.self, Info.self, Delete.self],
        defaultSubcommand: Info.self
    )

    /// Which bot, and how it is reached.
    struct BotOptions: ParsableArguments {
        @Option(help: ArgumentHelp("Settings, instead of ./martlet.yaml.", valueName: "path"))
        var config: String?

        @Option(help: ArgumentHelp("A file that holds the bot's token.", valueName: "path"))
        var tokenFile: String?

        @Option(name: .customLong("api-base-url"), help: ArgumentHelp("The Bot API server.", valueName: "url"))
        var apiBaseURL: String?

        /// Reads the settings and runs `body` with what calls Telegram.
        func with(
            _ options: [(Setting, String?)] = [],
            _ body: (TelegramBot.Settings, any BotAPICalling) async throws -> Void
        ) async throws {
            let environment = ProcessInfo.processInfo.environment
            let all = options + [(.telegramTokenFile, tokenFile), (.telegramBaseURL, apiBaseURL)]
            let given = all.compactMap { setting, value in value.map { (setting.key, $0) } }
            let values = try await SettingValues(
                options: Dictionary(uniqueKeysWithValues: given),
                environment: environment,
                file: config
            )
            let settings = try BotConfiguration(values, environment: environment).telegram
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: TelegramBot.clientConfiguration)
            do {
                try await body(settings, HTTPBotAPI(client: client, baseURL: settings.baseURL, token: settings.token))
            } catch {
                try? await client.shutdown()
                throw error
            }
            try await client.shutdown()
        }
    }

    /// `martlet webhook set URL`.
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have messages delivered to an address.",
            discussion: "Messages that wait are delivered there too."
        )

        @Argument(help: ArgumentHelp("The https address, whose path holds no secret.", valueName: "url"))
        var url: String

        @Option(
            help: ArgumentHelp("A file with the secret, instead of one made from the token.", valueName: "path")
        )
        var secretFile: String?

        @Option(help: ArgumentHelp("Messages that are delivered at the same time; default: 40.", valueName: "n"))
        var maxConnections: Int?

        @OptionGroup(title: "Bot")
        var bot: BotOptions

        func run() async throws {
            let options: [(Setting, String?)] = [
                (.webhookURL, url), (.webhookSecretFile, secretFile),
                (.webhookConnections, maxConnections.map { "\($0)" }),
            ]
            try await bot.with(options) { settings, api in
                guard let webhook = settings.webhook else { return }
                try await api.setWebhook(webhook)
                let information = try await api.getWebhookInfo()
                print("Telegram delivers to \(TerminalText.harmless(webhook.url)); \(information.pendingCount) wait.")
            }
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
        var bot: BotOptions

        func run() async throws {
            try await bot.with { settings, api in
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
        var bot: BotOptions

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
