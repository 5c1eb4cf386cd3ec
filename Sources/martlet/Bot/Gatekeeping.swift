import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletStore

/// Who may talk to the bot, how much, and what is kept of it, put together from the settings.
struct Gatekeeping: Sendable {
    let policy: AccessPolicy
    let ledger: BudgetLedger
    let personalData: PersonalData
    let privacy: PrivacyPolicy
    private let retention: RetentionSweep?
    private let bot: BotID
    private let logger: Logger

    /// Puts it together.
    /// - Parameters:
    ///   - username: The bot's name on Telegram, without `@`.
    ///   - readsAllGroupMessages: Whether Telegram shows the bot everything that is said in groups.
    ///   - models: Models that may keep prompts.
    ///   - choices: Erases what others keep that are not there yet.
    ///   - readers: Who sees people's words.
    ///   - offersReadingAlong: Whether groups may choose that the bot remembers what is not said to it.
    init(
        _ configuration: AccessConfiguration,
        bot: BotID,
        username: String,
        readsAllGroupMessages: Bool,
        store: some AccessStore & BudgetStore & PersonalDataStore,
        actions: any ChatActing,
        administrators: (any GroupAdministering)?,
        models: [any LanguageModel],
        choices: (any PromptErasing)? = nil,
        readers: PrivacyPolicy.Readers,
        offersReadingAlong: Bool = false,
        logger: Logger
    ) {
        var settings = configuration.access
        settings.botUsername = username
        settings.readsAllGroupMessages = readsAllGroupMessages
        let keeping = models.compactMap { $0 as? any PromptErasing } + (choices.map { [$0] } ?? [])
        // The ledger asks the policy for roles, and the policy moves the ledger's chats: the one that only answers comes first.
        let answering = AccessPolicy(store: store, actions: actions, settings: settings, logger: logger)
        ledger = BudgetLedger(
            store: store,
            access: answering,
            limits: configuration.budgets,
            actions: actions,
            logger: logger
        )
        policy = AccessPolicy(
            store: store,
            actions: actions,
            settings: settings,
            administrators: administrators,
            companions: [ledger],
            logger: logger
        )
        personalData = PersonalData(store: store, models: keeping, timeZone: configuration.budgets.timeZone)
        var privacy = PrivacyPolicy(
            readers: readers,
            retentionDays: configuration.retentionDays,
            extraText: configuration.privacyText
        )
        privacy.offersReadingAlong = offersReadingAlong
        self.privacy = privacy
        retention = configuration.retentionDays.map {
            RetentionSweep(store: store, models: keeping, retention: .seconds(86_400 * $0))
        }
        self.bot = bot
        self.logger = logger
    }

    /// Notes the bot's name, and shows a code for its owner where it has none.
    func begin(username: String, store: some AccessStore) async throws {
        try await store.recordUsername(username, of: bot)
        guard let invitation = try await policy.makeFirstOwnerCode(bot: bot) else { return }
        logger.notice(
            "The bot has no owner yet. Whoever sends it this code within the hour becomes its owner",
            metadata: ["access.code": "\(invitation.code.text)", "access.link": "\(invitation.link ?? "-")"]
        )
    }

    /// Forgets what is not to be kept.
    func forget() async throws {
        try await ledger.sweep(bot: bot)
        try await retention?.sweep(bot: bot)
    }

    /// Leaves groups that wait too long, and forgets what is not to be kept, until it is cancelled.
    ///
    /// A failure is logged and tried again ten minutes later.
    func run() async throws {
        var round = 0
        while true {
            do {
                try await policy.sweep(bot: bot)
                if round % 144 == 0 { try await forget() }
                round += 1
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.error("What is old could not be forgotten; it is tried again", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: .seconds(600))
        }
    }
}
