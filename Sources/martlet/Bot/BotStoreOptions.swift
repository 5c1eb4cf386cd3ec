import ArgumentParser
import Foundation
import Logging
import MartletConversation
import MartletStore
import MartletTelegram

/// Which bot's database a command is about.
struct BotStoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Settings, instead of ./martlet.yaml.", valueName: "path"))
    var config: String?

    @Option(help: ArgumentHelp("A file that holds the bot's token.", valueName: "path"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("The database: a file, or dynamodb:TABLE.", valueName: "path"))
    var store: String?

    /// Opens the database of the configured bot; a bot that runs may go on doing so.
    func open() async throws -> (store: OpenStore, configuration: BotConfiguration) {
        let environment = ProcessInfo.processInfo.environment
        let given = [(Setting.telegramTokenFile, tokenFile), (.storePath, store)]
        let options = Dictionary(
            uniqueKeysWithValues: given.compactMap { setting, value in value.map { (setting.key, $0) } }
        )
        let values = try await SettingValues(options: options, environment: environment, file: config)
        let configuration = try BotConfiguration(values, environment: environment)
        let logger = Logger(label: "martlet.store") { StreamLogHandler.standardError(label: $0) }
        return (try OpenStore(configuration.storePath, environment: environment, logger: logger), configuration)
    }
}
