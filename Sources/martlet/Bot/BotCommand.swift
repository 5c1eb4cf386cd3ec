import ArgumentParser
import Foundation
import Logging
import MartletConversation
import MartletCore
import MartletTelegram

/// `martlet bot`: answers messages on Telegram.
struct BotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bot",
        abstract: "Answer messages on Telegram.",
        discussion: """
            The token comes from @BotFather, in TELEGRAM_TOKEN or in a file. Everything else has a default. Settings are read \
            from martlet.yaml, then the environment, then these options; the later one wins. Ctrl-C stops the bot and loses \
            nothing: what is not answered by then is answered at the next start.

            EXAMPLES
              TELEGRAM_TOKEN=123:abc martlet bot
              martlet bot --token-file token.txt --model smollm2-360m --bot-name Ada
              OPENAI_API_KEY=… MODEL_NAME=gpt-4o-mini martlet bot --token-file token.txt
              martlet bot --webhook https://bot.example/telegram --port 8090
              martlet simulate                       a Telegram to try a bot with

            With --webhook Telegram delivers messages instead of being asked for them. The bot sets the webhook itself and \
            listens for plain HTTP on --host and --port; put a proxy with a certificate in front of it. GET /health says \
            whether it listens.
            """
    )

    @OptionGroup(title: "Model")
    var model: ModelOptions

    @OptionGroup(title: "Generation")
    var generation: GenerationOptions

    @OptionGroup
    var bot: BotOptions

    @Option(help: ArgumentHelp("What the bot calls itself.", valueName: "name"))
    var botName: String?

    @Option(help: ArgumentHelp("Where the bot says that it is.", valueName: "place"))
    var botLocation: String?

    @Option(
        help: ArgumentHelp(
            "The instruction to the model; {bot_name} {date} {time} {location} {context} are filled in.",
            valueName: "text"
        )
    )
    var system: String?

    @Option(name: .customLong("context-url"), help: ArgumentHelp("Where {context} is fetched from.", valueName: "url"))
    var contextURL: String?

    @Option(
        help: ArgumentHelp("Documents that answers come from: a file of martlet index, or a folder.", valueName: "path")
    )
    var knowledge: String?

    @OptionGroup(title: "Webhook")
    var webhook: WebhookOptions

    @Flag(help: "Ask Telegram for messages; a webhook that is set is deleted, and nothing that waits is lost.")
    var polling = false

    func validate() throws {
        guard !polling || webhook.webhook == nil else {
            throw ValidationError("--polling and --webhook are two ways to get the same messages; give one of them.")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let values = try await SettingValues(options: givenOptions, environment: environment, file: bot.telegram.config)
        var configuration = try BotConfiguration(values, environment: environment)
        configuration.conversation.personas = try PersonaSection.load(
            file: bot.telegram.config,
            environment: environment
        )
        configuration.knowledge?.configurationFile = bot.telegram.config
        configuration.knowledge?.isLocalOnly = model.localOnly
        if polling { configuration.telegram.webhook = nil }
        var logger = Logger(label: "martlet.bot") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = configuration.logLevel
        var model = model
        try model.adopt(values)
        try await ModelComposition.with(model, file: bot.telegram.config, keepsSnapshots: true, logger: logger) {
            [configuration] composition in
            let application = BotApplication(configuration: configuration, logger: logger, endsWebhook: polling) {
                try BotApplication.Model(composition, generation: generation)
            }
            try await application.run()
        }
    }

    /// The options that were given, by their keys in the configuration.
    private var givenOptions: [String: String] {
        SettingValues.given(
            bot.given + [
                (.botName, botName), (.botLocation, botLocation), (.botPersona, system), (.botContextURL, contextURL),
                (.knowledgeFile, knowledge),
                (.model, model.model), (.load, model.weights?.rawValue),
                (.maximumTokenCount, generation.maxTokens.map { "\($0)" }), (.webhookURL, webhook.webhook),
                (.webhookHost, webhook.host), (.webhookPort, webhook.port.map { "\($0)" }),
                (.webhookSecretFile, webhook.secretFile),
                (.webhookConnections, webhook.maxConnections.map { "\($0)" }),
            ]
        )
    }
}
