import AsyncHTTPClient
import Logging
import MartletConversation
import MartletTelegram

extension FunctionBackstage {
    /// Puts the bot together for the calls of one environment; nothing is asked of Telegram.
    /// - Parameter model: What answers; nil where nothing is asked here.
    static func make(
        _ door: FunctionDoor,
        model: BotApplication.Model?,
        _ configuration: LambdaConfiguration,
        machine: FunctionMachine,
        client: HTTPClient,
        logger: Logger
    ) async throws -> FunctionBackstage {
        let bot = door.configuration
        var conversation = bot.conversation
        if let model { conversation.sampling = model.sampling }
        conversation.leaseDuration = TurnTaking.leaseDuration
        conversation.storeRetryInterval = .seconds(1)
        // The last time that a message comes it is only told that it was given up.
        if configuration.mode == .worker { conversation.maximumAttempts = configuration.maximumReceives - 1 }
        // What only takes messages in looks nothing up.
        let knowledge = model == nil ? nil : try await bot.knowledge?.open()
        var surroundings: BotSurroundings?
        var errands: Errands?
        let parts = try await TelegramParts(
            as: door.identity,
            bot.telegram(with: door.store),
            conversation: conversation,
            model: model?.model,
            store: door.store,
            context: bot.context(client: client, logger: logger),
            client: client,
            logger: logger
        ) { connection in
            let made = try await BotSurroundings(
                bot,
                conversation,
                model: model,
                knowledge: knowledge,
                connection: connection,
                store: door.store,
                logger: logger,
                isFirst: configuration.mode != .front && bot.access.access.owners.isEmpty
            ) { ledger in
                FunctionBudget(
                    ledger,
                    time: FunctionLedger.make(door, configuration),
                    machine: machine,
                    writesMetrics: configuration.writesMetrics,
                    logger: logger
                )
            }
            let noted = Errands(made.secretary)
            (surroundings, errands) = (made, noted)
            var companions = made.companions
            companions.takers = [noted, made.elsewhere]
            return companions
        }
        guard let surroundings, let errands else { preconditionFailure("companions are always made") }
        return FunctionBackstage(
            parts: parts,
            gate: surroundings.gate,
            secretary: surroundings.secretary,
            elsewhere: surroundings.elsewhere,
            errands: errands
        )
    }
}
