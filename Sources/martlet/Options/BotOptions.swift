import ArgumentParser

/// Which bot it is, and how Telegram is reached.
struct TelegramOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Settings, instead of ./martlet.yaml.", valueName: "path"))
    var config: String?

    @Option(help: ArgumentHelp("A file that holds the bot's token.", valueName: "path"))
    var tokenFile: String?

    @Option(name: .customLong("api-base-url"), help: ArgumentHelp("The Bot API server.", valueName: "url"))
    var apiBaseURL: String?

    /// What of it was given.
    var given: [(Setting, String?)] { [(.telegramTokenFile, tokenFile), (.telegramBaseURL, apiBaseURL)] }
}

/// How a process runs that answers as a bot.
struct BotOptions: ParsableArguments {
    @OptionGroup
    var telegram: TelegramOptions

    @Option(help: ArgumentHelp("The database: a file, or dynamodb:TABLE.", valueName: "path"))
    var store: String?

    @Option(help: ArgumentHelp("What is logged: trace, debug, info, notice, warning or error.", valueName: "level"))
    var logLevel: String?

    @Flag(help: "Repeat what is said instead of asking a model.")
    var echo = false

    /// What of it was given.
    var given: [(Setting, String?)] {
        telegram.given + [(.storePath, store), (.logLevel, logLevel), (.botEcho, echo ? "true" : nil)]
    }
}
