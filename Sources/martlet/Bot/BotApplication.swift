import AsyncHTTPClient
import Foundation
import Logging
import MartletConversation
import MartletCore
import MartletStore
import MartletTelegram
import ServiceLifecycle
import UnixSignals

/// The bot put together from its configuration: store, model, connection, services.
struct BotApplication {
    /// What answers, and how its tokens are chosen.
    struct Model {
        var model: any LanguageModel
        var sampling: SamplingOptions
        /// The models that a chat may choose from, this one first; nil where there is no other.
        var choices: NamedModels?
    }

    var configuration: BotConfiguration
    var logger: Logger
    /// Whether a webhook that is in the way of polling is deleted without asking.
    var endsWebhook = false
    /// Loads the model; not called in echo mode.
    var makeModel: () async throws -> Model

    /// Runs the bot until it is told to stop (SIGTERM, SIGINT) or its token turns out to be wrong.
    ///
    /// On a signal no more messages are taken, running answers get the grace period to end, and whatever is left is answered at
    /// the next start.
    func run() async throws {
        let open = try OpenStore(
            configuration.storePath,
            environment: ProcessInfo.processInfo.environment,
            logger: logger
        )
        let lock = try await takeLock(besideStoreAt: open.lockPath)
        defer { withExtendedLifetime(lock) {} }
        var conversation = configuration.conversation
        let model = conversation.isEcho ? nil : try await makeModel()
        if let model { conversation.sampling = model.sampling }
        conversation.maximumAttempts = Self.maximumAttempts
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: TelegramBot.clientConfiguration)
        do {
            try await serve(conversation, model: model, store: open, client: client)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
        try await open.close()
    }

    /// How often an answer is begun before its message is given up.
    ///
    /// A process that is killed or updated again and again is not the message's fault, and a restart costs nothing; but a message
    /// that itself ends the process must not do so for ever.
    private static let maximumAttempts = 10

    /// Waits until no other process answers for this bot out of this database; it would answer what the other one is at.
    ///
    /// Where there is no such file, several processes may answer: each message is claimed by one of them.
    private func takeLock(besideStoreAt path: String?) async throws -> StoreLock? {
        guard let path else { return nil }
        let bot = configuration.telegram.token.bot
        var isTold = false
        while true {
            if let lock = try StoreLock(besideStoreAt: path, name: "\(bot)") { return lock }
            if !isTold {
                logger.error(
                    "Another martlet answers for this bot out of this database; stop it, then this one goes on",
                    metadata: ["bot.id": "\(bot)", "store.path": "\(path)"]
                )
            }
            isTold = true
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func serve(
        _ conversation: ConversationSettings,
        model: Model?,
        store open: OpenStore,
        client: HTTPClient
    ) async throws {
        let store = open.store
        if configuration.telegram.webhook == nil {
            let api = HTTPBotAPI(
                client: client,
                baseURL: configuration.telegram.baseURL,
                token: configuration.telegram.token
            )
            try await WebhookInTheWay(api: api, isDeletedUnasked: endsWebhook, logger: logger).clear()
        }
        let knowledge = try await configuration.knowledge?.open()
        var surroundings: BotSurroundings?
        let bot = try await TelegramBot.connect(
            configuration.telegram(with: store),
            conversation: conversation,
            model: model?.model,
            store: store,
            context: configuration.context(client: client, logger: logger),
            client: client,
            logger: logger
        ) { connection in
            let made = try await BotSurroundings(
                configuration,
                conversation,
                model: model,
                knowledge: knowledge,
                connection: connection,
                store: store,
                logger: logger
            )
            surroundings = made
            return made.companions
        }
        logger.notice(
            "The bot is listening",
            metadata: [
                "bot.username": "\(bot.identity.username)",
                "bot.reads_all_group_messages": "\(bot.identity.readsAllGroupMessages)",
                "bot.intake": configuration.telegram.webhook == nil ? "polling" : "webhook",
                "model.name": "\(model?.model.information.name ?? "echo")", "store.path": "\(open.path)",
            ]
        )
        // The group ends its services in the opposite order: first the listener, then the answers.
        let group = ServiceGroup(
            configuration: .init(
                services: (surroundings?.services ?? []).map { .init(service: $0) } + [
                    .init(service: AnsweringService(service: bot.service)),
                    .init(service: ListeningService(listener: bot.listener)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await group.run()
        logger.notice("The bot has stopped; what was not answered is answered at the next start")
    }
}

/// Answers messages until the group shuts down.
private struct AnsweringService: Service {
    let service: ConversationService

    func run() async {
        await withGracefulShutdownHandler {
            await service.run()
        } onGracefulShutdown: {
            service.shutDown()
        }
    }
}

/// Takes messages until the group shuts down.
private struct ListeningService: Service {
    let listener: UpdateListener

    func run() async throws {
        do {
            switch listener {
            case .polling(let listener): try await cancelWhenGracefulShutdown { try await listener.run() }
            // It ends by itself, when the requests that came are answered.
            case .webhook(let listener): try await listener.run()
            }
        } catch is CancellationError {
            // That is how it ends.
        }
    }
}
