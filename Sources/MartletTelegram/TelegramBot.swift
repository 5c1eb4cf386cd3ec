public import AsyncHTTPClient
public import Logging
public import MartletConversation
public import MartletCore
import NIOCore

/// A bot on Telegram: a listener and a conversation service that share a connection.
///
/// Run both side by side, and end the listener before the service: ``listener`` by cancelling it, ``service`` with
/// ``MartletConversation/ConversationService/shutDown()``.
public struct TelegramBot: Sendable {
    /// Who the bot is.
    public let identity: BotIdentity
    /// Takes messages.
    public let listener: UpdateListener
    /// Answers them.
    public let service: ConversationService

    /// How a bot uses Telegram.
    public struct Settings: Sendable {
        /// The bot's secret.
        public var token: BotToken
        /// The Bot API server.
        public var baseURL = HTTPBotAPI.standardBaseURL
        /// How messages are asked for.
        public var polling = PollingSettings()
        /// How they are read.
        public var reading = ReadingSettings()
        /// How they are delivered; nil asks for them instead.
        public var webhook: WebhookSettings?
        /// Called with the port once a webhook is listened for.
        public var onListening: @Sendable (Int) async -> Void = { _ in }
        /// How replies are shown.
        public var replies = ReplySettings()
        /// How much the platform takes.
        public var limits = ThrottleLimits()
        /// The wait after the first failure of a call.
        public var retryPause: Duration = .milliseconds(500)

        /// Makes settings; everything but the token has a default.
        public init(token: BotToken) {
            self.token = token
        }
    }

    /// How a client for ``connect(_:conversation:model:store:context:client:logger:)`` is set up: it says at once that a server
    /// cannot be reached, because waiting and trying again is the bot's own business.
    public static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(10)
        return configuration
    }

    /// Finds out who the bot is and sets it up; waits while the server cannot be reached.
    /// - Parameters:
    ///   - conversation: How the bot converses; a persona without a name gets the bot's own.
    ///   - model: What answers; nil only where the settings say echo.
    ///   - makeCompanions: Makes what the conversation works with besides, for the connected bot.
    /// - Throws: ``TelegramError`` when the token is not valid, what `makeCompanions` throws, and `CancellationError`.
    public static func connect(
        _ settings: Settings,
        conversation: ConversationSettings,
        model: (any LanguageModel)?,
        store: any ConversationStore,
        context: ContextDocument? = nil,
        client: HTTPClient,
        logger: Logger,
        makeCompanions: (TelegramConnection) async throws -> Companions = { connection in
            var companions = Companions()
            companions.acting = connection.actions
            return companions
        }
    ) async throws -> TelegramBot {
        let plain = HTTPBotAPI(client: client, baseURL: settings.baseURL, token: settings.token)
        let identity = try await identify(plain, settings: settings.polling, logger: logger)
        let parts = try await TelegramParts(
            as: identity,
            settings,
            conversation: conversation,
            model: model,
            store: store,
            context: context,
            client: client,
            logger: logger,
            makeCompanions: makeCompanions
        )
        await registerMenus(plain, offering: parts.offers, whispers: settings.replies.whispers, logger: logger)
        let service = parts.makeService()
        let intake = parts.makeIntake(line: service)
        let listener: UpdateListener =
            if let webhook = settings.webhook {
                .webhook(
                    WebhookListener(
                        api: plain,
                        intake: intake,
                        settings: webhook,
                        polling: settings.polling,
                        logger: logger,
                        onListening: settings.onListening
                    )
                )
            } else {
                .polling(PollingListener(api: plain, intake: intake, settings: settings.polling, logger: logger))
            }
        return TelegramBot(identity: identity, listener: listener, service: service)
    }

    /// Tries again a little later what fails in passing, as often and as long as the start of a bot may wait for its menus.
    private static func insistently(_ call: () async throws -> Void) async throws {
        for pause in [Duration.milliseconds(500), .seconds(1), .seconds(2)] {
            do {
                return try await call()
            } catch let error as TelegramError where error.passes || error.code == .tooManyRequests {
                let wait = error.wait(orElse: pause, atLeast: pause)
                guard wait <= .seconds(5) else { throw error }
                try await Task.sleep(for: wait)
            }
        }
        try await call()
    }

    private static func identify(
        _ api: any BotAPICalling,
        settings: PollingSettings,
        logger: Logger
    ) async throws -> BotIdentity {
        var pause = settings.firstPause
        while true {
            do {
                return try await api.getMe()
            } catch let error as TelegramError where error.passes || error.code == .tooManyRequests {
                let wait = error.wait(orElse: pause, atLeast: settings.firstPause)
                logger.error(
                    "Telegram cannot be reached yet; it is tried again",
                    metadata: ["error": "\(error)", "retry.pause": "\(wait)"]
                )
                try await Task.sleep(for: wait)
                pause = min(pause * 2, settings.longestPause)
            }
        }
    }

    /// Fills the menus in every language; a bot without menus works as well, so failures are only noted.
    /// - Parameter whispers: Whether commands in groups that concern their sender alone are for nobody else's eyes.
    public static func registerMenus(
        _ api: any BotAPICalling,
        offering offers: MenuCommand.Offers,
        whispers: Bool = true,
        logger: Logger
    ) async {
        let scopes: [(BotCommandScope, MenuCommand.Scope)] = [
            (.everybody, .privateChats), (.groups, .groups), (.administrators, .groupAdministrators),
        ]
        for language in Language.allCases {
            for (scope, readers) in scopes {
                do {
                    var menu = MenuCommand.menu(in: language, for: readers, offering: offers)
                    if !whispers { for index in menu.indices { menu[index].isWhispered = false } }
                    try await insistently {
                        try await api.setMyCommands(
                            menu,
                            scope: scope,
                            languageCode: language == .english ? nil : language.rawValue
                        )
                    }
                } catch {
                    logger.warning("The menu could not be registered", metadata: ["error": "\(error)"])
                    return
                }
            }
        }
    }
}
