import Logging
import MartletConversation
import MartletCore
import MartletStore
import MartletTelegram
import ServiceLifecycle

/// What a bot converses with besides its model: who may talk to it, what that may cost, people's data, answers in people's
/// names and in other chats.
struct BotSurroundings {
    /// What the conversation service works with.
    let companions: Companions
    /// What runs beside it.
    let services: [any Service]
    /// Who may talk to the bot, and how much.
    let gate: Gatekeeping
    /// Answers in people's names.
    let secretary: Secretary
    /// Answers in other chats.
    let elsewhere: ElsewhereAnswers

    /// Puts it together for a connected bot.
    /// - Parameters:
    ///   - knowledge: The documents that answers come from; nil for none.
    ///   - isFirst: Whether the bot's name is noted, and a code shown for its owner where it has none.
    ///   - wrapBudget: What stands between answers and the ledger.
    init(
        _ configuration: BotConfiguration,
        _ conversation: ConversationSettings,
        model: BotApplication.Model?,
        knowledge: Knowledge?,
        connection: TelegramConnection,
        store: any BotStore,
        logger: Logger,
        isFirst: Bool = true,
        wrapBudget: (any Budgeting) -> any Budgeting = { $0 }
    ) async throws {
        let identity = connection.identity
        let usual = model.map { [$0.model] } ?? []
        var providers =
            model?.choices?.namesElsewhere ?? usual.filter { !$0.information.isLocal }.map(\.information.name)
        // Questions are looked up with it.
        if let embedder = knowledge?.retriever.embedderInformation, !embedder.isLocal {
            providers.append(embedder.name)
        }
        let gate = Gatekeeping(
            configuration.access,
            bot: identity.id,
            username: identity.username,
            readsAllGroupMessages: identity.readsAllGroupMessages,
            store: store,
            actions: connection.actions,
            administrators: connection.actions,
            models: usual,
            choices: model?.choices,
            readers: providers.isEmpty ? .nobody : .providers(providers),
            offersReadingAlong: conversation.offersReadingAlong,
            logger: logger
        )
        if isFirst { try await gate.begin(username: identity.username, store: store) }
        let budget = wrapBudget(gate.ledger)
        let secretary = Secretary(
            model: model?.model,
            store: store,
            chat: connection.actions,
            bot: identity.id,
            finder: connection.actions,
            access: gate.policy,
            budget: budget,
            settings: configuration.secretary,
            sampling: conversation.sampling,
            logger: logger
        )
        var persona = conversation.persona
        if persona.botName.isEmpty { persona.botName = identity.name }
        let policies = ElsewherePolicies(access: gate.policy, budget: budget)
        let elsewhere = ElsewhereAnswers(
            model: model?.model,
            knowledge: knowledge,
            chat: connection.actions,
            persona: persona,
            inline: policies,
            guest: policies,
            sampling: conversation.sampling,
            logger: logger
        )
        var companions = Companions()
        companions.acting = connection.actions
        companions.admitting = gate.policy
        companions.settingsGuard = gate.policy
        companions.budgeting = budget
        companions.usage = gate.ledger
        companions.personalData = gate.personalData
        companions.privacy = gate.privacy
        companions.models = model?.choices
        companions.knowledge = knowledge
        companions.takers = [secretary, elsewhere]
        self.companions = companions
        self.gate = gate
        self.secretary = secretary
        self.elsewhere = elsewhere
        services = [
            SweepingService(gate: gate), SecretaryService(secretary: secretary),
            ElsewhereService(answers: elsewhere),
        ]
    }
}

/// Forgets what is old until the group shuts down.
private struct SweepingService: Service {
    let gate: Gatekeeping

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await gate.run() }
        } catch is CancellationError {
            // That is how it ends.
        }
    }
}

/// Answers in people's names until the group shuts down.
private struct SecretaryService: Service {
    let secretary: Secretary

    func run() async {
        await withGracefulShutdownHandler {
            await secretary.run()
        } onGracefulShutdown: {
            secretary.shutDown()
        }
    }
}

/// Answers in other chats until the group shuts down.
private struct ElsewhereService: Service {
    let answers: ElsewhereAnswers

    func run() async {
        await withGracefulShutdownHandler {
            await answers.run()
        } onGracefulShutdown: {
            answers.shutDown()
        }
    }
}
