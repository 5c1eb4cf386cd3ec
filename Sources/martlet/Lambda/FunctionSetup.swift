import Foundation
import Logging
import MartletConversation
import MartletTelegram
import MartletTerminal

/// What is done once for a function, so that none of its starts has to do it.
struct FunctionSetup {
    private let configuration: BotConfiguration
    private let api: any BotAPICalling
    private let file: String?

    /// Notes what to set up.
    /// - Parameter file: The configuration file; nil looks for one.
    init(_ configuration: BotConfiguration, api: any BotAPICalling, file: String?) {
        self.configuration = configuration
        self.api = api
        self.file = file
    }

    /// Registers the menus, and notes in the store who the bot is, where there is a store that can be opened from here.
    func run() async throws {
        let logger = Logger(label: "martlet.webhook") { StreamLogHandler.standardError(label: $0) }
        let identity = try await api.getMe()
        await TelegramBot.registerMenus(api, offering: try offers, logger: logger)
        print("The menus of @\(TerminalText.harmless(identity.username)) are registered.")
        // A file here is not the function's.
        guard case .table = StoreLocation(configuration.storePath) else { return }
        let opened = try OpenStore(
            configuration.storePath,
            environment: ProcessInfo.processInfo.environment,
            logger: logger
        )
        do {
            try await opened.store.recordUsername(identity.username, of: identity.id)
            try await IdentityNote(identity, at: Date()).save(in: opened.store)
        } catch {
            try? await opened.close()
            throw error
        }
        try await opened.close()
    }

    /// What the function's menus offer.
    private var offers: MenuCommand.Offers {
        get throws {
            let environment = ProcessInfo.processInfo.environment
            let models = try ModelsConfiguration.load(file: file, environment: environment)
            var offers = MenuCommand.Offers()
            let isNamed = if case .entry = models.choice(configuration.model) { true } else { false }
            offers.models = models.entries.count > (isNamed ? 1 : 0)
            offers.personas = try !PersonaSection.load(file: file, environment: environment).isEmpty
            offers.usage = true
            offers.personalData = true
            offers.sources = configuration.knowledge != nil
            return offers
        }
    }
}
