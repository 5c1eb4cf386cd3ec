extension Setting {
    /// Everything that can be set for names and the webhook.
    static let intake: [Setting] = [
        telegramNames, webhookURL, webhookHost, webhookPort, webhookPath, webhookSecret, webhookSecretFile,
        webhookConnections,
    ]

    static let telegramNames = Setting(
        key: "telegram.names",
        environmentName: "PREFIX",
        summary: "names that the bot listens to at the start of a message in a group, with commas between them"
    )
    static let webhookURL = Setting(
        key: "telegram.webhook.url",
        environmentName: "TELEGRAM_WEBHOOK_URL",
        option: "--webhook",
        summary: "where Telegram delivers messages, https://…; without it the bot asks for them"
    )
    static let webhookHost = Setting(
        key: "telegram.webhook.host",
        environmentName: "TELEGRAM_WEBHOOK_HOST",
        option: "--host",
        summary: "the address to listen at for the webhook"
    )
    static let webhookPort = Setting(
        key: "telegram.webhook.port",
        environmentName: "TELEGRAM_WEBHOOK_PORT",
        option: "--port",
        summary: "the port to listen at for the webhook"
    )
    static let webhookPath = Setting(
        key: "telegram.webhook.path",
        environmentName: "TELEGRAM_WEBHOOK_PATH",
        summary: "the path to listen at where it is not the webhook's own"
    )
    static let webhookSecret = Setting(
        key: "telegram.webhook.secret",
        environmentName: "TELEGRAM_WEBHOOK_SECRET",
        isSecret: true,
        summary: "the webhook's secret instead of one made from the token; further ones behind commas are accepted too"
    )
    static let webhookSecretFile = Setting(
        key: "telegram.webhook.secretFile",
        environmentName: "TELEGRAM_WEBHOOK_SECRET_FILE",
        option: "--secret-file",
        summary: "a file with the webhook's secret in its first line; those in further lines are accepted too"
    )
    static let webhookConnections = Setting(
        key: "telegram.webhook.maximumConnections",
        environmentName: "TELEGRAM_WEBHOOK_MAXIMUM_CONNECTIONS",
        option: "--max-connections",
        summary: "updates that Telegram delivers at the same time, 1 to 100"
    )
}
