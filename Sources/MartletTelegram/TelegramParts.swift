public import AsyncHTTPClient
public import Logging
public import MartletConversation
public import MartletCore

/// What a bot on Telegram is put together from, whatever brings its messages: a listener, a queue, a function's event.
///
/// Making it sends nothing. Everything that remembers how chats are to be treated is in here, so whoever answers several times in
/// one process keeps one of it.
public struct TelegramParts: Sendable {
    /// Who the bot is.
    public let identity: BotIdentity
    /// Calls Telegram once and without waiting.
    public let api: any BotAPICalling
    /// What the conversation works with besides its model.
    public let companions: Companions
    /// Reads updates.
    public let reader: UpdateReader
    /// What the menus offer.
    public let offers: MenuCommand.Offers
    private let model: (any LanguageModel)?
    private let store: any ConversationStore
    private let sink: TelegramReplySink
    private let context: ContextDocument?
    private let conversation: ConversationSettings
    private let logger: Logger

    /// Puts the parts together.
    /// - Parameters:
    ///   - identity: Who the bot is, by its own account.
    ///   - conversation: How the bot converses; a persona without a name gets the bot's own.
    ///   - model: What answers; nil where the settings say echo, or where nothing is asked.
    ///   - makeCompanions: Makes what the conversation works with besides.
    /// - Throws: What `makeCompanions` throws.
    public init(
        as identity: BotIdentity,
        _ settings: TelegramBot.Settings,
        conversation: ConversationSettings,
        model: (any LanguageModel)?,
        store: any ConversationStore,
        context: ContextDocument? = nil,
        client: HTTPClient,
        logger: Logger,
        makeCompanions: (TelegramConnection) async throws -> Companions
    ) async throws {
        self.identity = identity
        self.model = model
        self.store = store
        self.context = context
        self.logger = logger
        var conversation = conversation
        conversation.botUsername = identity.username
        if conversation.persona.botName.isEmpty { conversation.persona.botName = identity.name }
        self.conversation = conversation
        let plain = HTTPBotAPI(client: client, baseURL: settings.baseURL, token: settings.token)
        api = plain
        let throttled = ThrottlingBotAPI(plain, limits: settings.limits, logger: logger)
        let patient = RetryingBotAPI(throttled, firstPause: settings.retryPause, logger: logger)
        let buttons = ButtonCodec(token: settings.token)
        companions = try await makeCompanions(
            TelegramConnection(
                identity: identity,
                actions: TelegramActions(api: patient, bot: identity.id, buttons: buttons)
            )
        )
        offers = MenuCommand.Offers(companions: companions, settings: conversation)
        sink = TelegramReplySink(api: patient, settings: settings.replies, buttons: buttons, logger: logger)
        reader = settings.reader(as: identity)
    }

    /// A service that answers.
    /// - Parameter leaseOwner: The name under which it claims messages; nil for the configured one.
    public func makeService(leaseOwner: String? = nil) -> ConversationService {
        var settings = conversation
        if let leaseOwner { settings.leaseOwner = leaseOwner }
        return ConversationService(
            model: model,
            store: store,
            sink: sink,
            context: context,
            companions: companions,
            settings: settings,
            logger: logger
        )
    }

    /// A way in that hands new events to `line`.
    public func makeIntake(line: any EventLine) -> Intake {
        Intake(reader: reader, store: store, line: line, logger: logger)
    }
}

extension TelegramBot.Settings {
    /// Reads the updates of a bot, its signed buttons too.
    public func reader(as identity: BotIdentity) -> UpdateReader {
        var reading = reading
        let buttons = ButtonCodec(token: token)
        reading.readButton = { data, query in buttons.decode(data, query: query) }
        return UpdateReader(identity: identity, settings: reading)
    }
}
