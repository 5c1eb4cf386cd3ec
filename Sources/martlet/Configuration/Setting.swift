import Configuration

/// One thing that can be set, with its name in each of the places where it can be set.
package struct Setting: Sendable, Hashable {
    /// Its key in `martlet.yaml`, with dots between the levels.
    package var key: String
    /// Its name in the environment.
    package var environmentName: String
    /// Its option on the command line, where it has one.
    package var option: String?
    /// Whether its value must not be shown.
    package var isSecret = false
    /// What it sets.
    package var summary: String

    /// Everything that can be set.
    package static let all: [Setting] =
        [
            telegramToken, telegramTokenFile, telegramBaseURL, telegramPollTimeout, botName, botLocation, botTimeZone,
            botPersona, botContextURL, botEcho, contextLength, maximumContextLength, maximumConcurrentAnswers,
            answerTimeout,
            maximumTokenCount, storePath, model, load, embedder, reranker, logLevel,
        ] + manners + intake + server + access + lambda

    static let telegramToken = Setting(
        key: "telegram.token",
        environmentName: "TELEGRAM_TOKEN",
        isSecret: true,
        summary: "the bot's token from @BotFather"
    )
    static let telegramTokenFile = Setting(
        key: "telegram.tokenFile",
        environmentName: "TELEGRAM_TOKEN_FILE",
        option: "--token-file",
        summary: "a file that holds the token"
    )
    static let telegramBaseURL = Setting(
        key: "telegram.apiBaseURL",
        environmentName: "TELEGRAM_API_BASE_URL",
        option: "--api-base-url",
        summary: "the Bot API server"
    )
    static let telegramPollTimeout = Setting(
        key: "telegram.pollTimeout",
        environmentName: "TELEGRAM_POLL_TIMEOUT",
        summary: "seconds that a request for messages waits, 1 to 50"
    )
    static let botName = Setting(
        key: "bot.name",
        environmentName: "BOT_NAME",
        option: "--bot-name",
        summary: "what the bot calls itself, {bot_name}"
    )
    static let botLocation = Setting(
        key: "bot.location",
        environmentName: "BOT_LOCATION",
        option: "--bot-location",
        summary: "where the bot says that it is, {location}"
    )
    static let botTimeZone = Setting(
        key: "bot.timeZone",
        environmentName: "BOT_TIME_ZONE",
        summary: "the zone of {date} and {time}, such as Europe/Istanbul"
    )
    static let botPersona = Setting(
        key: "bot.persona",
        environmentName: "BOT_PERSONA",
        option: "--system",
        summary: "the instruction to the model; {bot_name} {date} {time} {location} {context} are filled in"
    )
    static let botContextURL = Setting(
        key: "bot.contextURL",
        environmentName: "CTX_FILE_URL",
        option: "--context-url",
        summary: "where the text for {context} is fetched from"
    )
    static let botEcho = Setting(
        key: "bot.echo",
        environmentName: "ECHO_ENABLED",
        option: "--echo",
        summary: "whether the bot repeats what it is told instead of asking a model"
    )
    static let contextLength = Setting(
        key: "conversation.contextLength",
        environmentName: "MARTLET_CONTEXT_LENGTH",
        summary: "past messages that the model sees where a chat has not chosen"
    )
    static let maximumContextLength = Setting(
        key: "conversation.maximumContextLength",
        environmentName: "MARTLET_MAXIMUM_CONTEXT_LENGTH",
        summary: "the most past messages that a chat may choose"
    )
    static let maximumConcurrentAnswers = Setting(
        key: "conversation.maximumConcurrentAnswers",
        environmentName: "MARTLET_MAXIMUM_CONCURRENT_ANSWERS",
        summary: "answers written at the same time"
    )
    static let answerTimeout = Setting(
        key: "conversation.answerTimeout",
        environmentName: "MARTLET_ANSWER_TIMEOUT",
        summary: "seconds that an answer may take"
    )
    static let maximumTokenCount = Setting(
        key: "conversation.maximumTokens",
        environmentName: "MARTLET_MAXIMUM_TOKENS",
        option: "--max-tokens",
        summary: "the longest answer in tokens"
    )
    static let storePath = Setting(
        key: "store.path",
        environmentName: "MARTLET_STORE_PATH",
        option: "--store",
        summary: "the database: a file, or dynamodb:TABLE"
    )
    static let model = Setting(
        key: "model",
        environmentName: "MARTLET_MODEL",
        option: "--model",
        summary: "a .gguf file, the name of a pulled model or of one below models:, or provider:model"
    )
    static let load = Setting(
        key: "load",
        environmentName: "MARTLET_LOAD",
        option: "--load",
        summary: "when a local model's weights are read: auto, eager or lazy"
    )
    static let embedder = Setting(
        key: "embedder",
        environmentName: "MARTLET_EMBEDDER",
        option: "--embedder",
        summary: "a model that makes vectors: a .gguf file, or a name as models have them"
    )
    static let reranker = Setting(
        key: "reranker",
        environmentName: "MARTLET_RERANKER",
        option: "--reranker",
        summary: "a model that ranks texts: a .gguf file, or a name as models have them"
    )
    static let logLevel = Setting(
        key: "log",
        environmentName: "MARTLET_LOG",
        option: "--log-level",
        summary: "trace, debug, info, notice, warning, error or critical"
    )

    /// The key as the configuration library has it.
    var absoluteKey: AbsoluteConfigKey { AbsoluteConfigKey(key.split(separator: ".").map { String($0) }) }

    /// Where it can be set, for messages.
    var places: String {
        ([environmentName] + [option].compactMap { $0 } + ["\(key) in martlet.yaml"]).joined(separator: ", ")
    }
}
