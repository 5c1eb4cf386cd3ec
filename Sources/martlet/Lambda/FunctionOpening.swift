import AsyncHTTPClient
import Foundation
import Logging
import MartletConversation
import MartletTelegram

/// Opens a function's door: its secrets and its store side by side, then who the bot is.
struct FunctionOpening: Sendable {
    let options: [String: String]
    let environment: [String: String]
    let file: String?
    let configuration: LambdaConfiguration
    let secrets: SecretReferences
    let client: HTTPClient
    /// Whether nothing may be asked of models elsewhere.
    let isLocalOnly: Bool
    let openStore: @Sendable (_ name: String) async throws -> any BotStore
    let logger: Logger

    /// Opens it.
    /// - Throws: Why the settings or secrets can't be used, or the store or Telegram not be reached.
    func open() async throws -> FunctionDoor {
        async let opening = openStore(configuration.storePath ?? LambdaConfiguration.passingStorePath)
        let full = try await secrets.resolve(environment)
        let values = try await SettingValues(options: options, environment: full, file: file)
        var bot = try BotConfiguration(values, environment: full)
        bot.knowledge?.configurationFile = file
        bot.knowledge?.isLocalOnly = isLocalOnly
        bot.conversation.personas = try PersonaSection.load(file: file, environment: full)
        let webhookSecrets = try WebhookConfiguration.secrets(values, token: bot.telegram.token)
        let store = try await opening
        let identity = try await identify(bot, store)
        return FunctionDoor(
            bot,
            secrets: webhookSecrets,
            store: store,
            identity: identity,
            logger: logger
        )
    }

    /// Who the bot is: as the store has it, or as it says itself the first time.
    private func identify(_ bot: BotConfiguration, _ store: any BotStore) async throws -> BotIdentity {
        let token = bot.telegram.token
        if let note = try await IdentityNote.read(of: token.bot, in: store) { return note.identity }
        let api = HTTPBotAPI(client: client, baseURL: bot.telegram.baseURL, token: token)
        let identity = try await api.getMe()
        try await store.recordUsername(identity.username, of: token.bot)
        try await IdentityNote(identity, at: Date()).save(in: store)
        return identity
    }
}
