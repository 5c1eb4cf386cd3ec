import MartletAWS
import MartletCore

/// What a bot on AWS has there, by its name; the same as the template in `deploy` makes.
struct BotResources {
    let name: String

    /// The name where nobody gives another, as in `deploy/samconfig.toml`.
    static let standardName = "martlet"

    var queueName: String { "\(name).fifo" }
    var deadLettersName: String { "\(name)-dead.fifo" }

    /// The key of the bot's token in its secret.
    static let tokenKey = "TELEGRAM_TOKEN"
    /// The key of the webhook's secret.
    static let webhookKey = "WEBHOOK_SECRET"
    /// The key of the key for a hosted model.
    static let modelKey = "MODEL_KEY"

    /// Where conversations are kept.
    func table(recovery: Bool) -> DynamoDBTableDefinition {
        DynamoDBTableDefinition(name: name, hasPointInTimeRecovery: recovery)
    }

    /// Where messages go that were taken five times and never dealt with: kept for two weeks.
    var deadLetters: QueueDefinition {
        QueueDefinition(name: deadLettersName, retention: .seconds(14 * 86_400))
    }

    /// What stands between front and worker: a message is hidden for twice the longest run of a function.
    func queue(deadLettersARN: String) -> QueueDefinition {
        QueueDefinition(
            name: queueName,
            visibilityTimeout: .seconds(1800),
            retention: .seconds(4 * 86_400),
            deadLetters: .init(arn: deadLettersARN, maximumReceiveCount: 5)
        )
    }

    /// The token and the keys.
    func secret(_ values: [String: Secret], renewsWebhook: Bool) -> SecretDefinition {
        var definition = SecretDefinition(name: name, summary: "The token and the keys of a Martlet bot")
        definition.values = values
        definition.generated = [Self.webhookKey]
        definition.renewed = renewsWebhook ? [Self.webhookKey] : []
        return definition
    }
}
