public import FoundationEssentials
public import Logging

/// Lets in whom an owner let in, and deals with everything that is about that: codes, groups, and owners' commands and buttons.
///
/// Closed unless the settings say otherwise. It remembers nothing itself, so that what `martlet users` writes counts with the
/// next message. An effect on the platform follows its durable record; where a crash comes between the two, a question to an
/// owner is asked again and a mere notice is lost.
public struct AccessPolicy: Admitting, OwnerTelling, RoleReading, SettingsGuarding, Sendable {
    let store: any AccessStore
    let actions: any ChatActing
    let settings: AccessSettings
    let administrators: (any GroupAdministering)?
    let companions: [any ChatMoving]
    let logger: Logger
    let now: @Sendable () -> Date
    var rules: AccessRules { AccessRules(settings: settings) }

    /// Makes a policy.
    /// - Parameters:
    ///   - store: Where decisions are kept.
    ///   - actions: How owners and groups are told.
    ///   - administrators: Who runs a group; nil leaves a group's settings to the bot's owners and admins.
    ///   - companions: What else is kept by chat and goes along when a group becomes another chat.
    ///   - logger: Told of decisions, never of what was said.
    public init(
        store: any AccessStore,
        actions: any ChatActing,
        settings: AccessSettings,
        administrators: (any GroupAdministering)? = nil,
        companions: [any ChatMoving] = [],
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.actions = actions
        self.settings = settings
        self.administrators = administrators
        self.companions = companions
        self.logger = logger
        self.now = now
    }

    /// Decides about an event; what concerns the policy itself is done when this returns.
    public func admit(_ event: InboundEvent) async throws -> Admission {
        var connectionOwner: UserID?
        if let connection = event.connection {
            connectionOwner = try await store.connectionOwner(connection, bot: event.key.bot)
        }
        let subject = AccessRules.subject(of: event, connectionOwner: connectionOwner)
        let facts = try await store.accessFacts(about: subject, in: event.key.chat, bot: event.key.bot)
        let language = Language(code: event.sender.languageCode)
        try await noteLanguage(of: event, facts)
        switch rules.decide(event, facts: facts, connectionOwner: connectionOwner, at: now()) {
        case .admitted: return .admitted
        case .ignored: return .ignored
        case .refused: return try await refuse(event, facts, language)
        case .pressRefused(let query):
            try await attempt("a press") {
                try await actions.answerPress(query, text: language.text(AccessPhrase.notYours), isAlert: false)
            }
            return .ignored
        case .tryCode(let code, let isStranger):
            return try await redeem(code, event, facts, isStranger: isStranger, language)
        case .welcomedAgain(let role): return welcome(role, language)
        case .serve(let command): return .refused(try await serve(command, event, language))
        case .choose(let choice, let query):
            try await decide(choice, by: event, query: query, language)
            return .ignored
        case .joined: try await join(event, facts, language)
        case .pending(let isNew): try await hold(event, facts.group, isNew: isNew)
        case .leave: try await attempt("leaving a group") { try await actions.leave(event.key.chat) }
        case .left: try await noteDeparture(from: event.key.chat, facts.group, bot: event.key.bot)
        case .migrated(let other):
            try await move(event.key.chat, to: other, bot: event.key.bot)
            return .admitted
        case .connected(let connection):
            try await store.recordConnection(connection.id, owner: connection.owner, bot: event.key.bot)
            return .admitted
        }
        return .ignored
    }

    /// What somebody may do, and nil for those who may not talk to the bot.
    public func role(of user: UserID, bot: BotID) async throws -> AccessRole? {
        let facts = try await store.accessFacts(about: user, in: ChatID(user.rawValue), bot: bot)
        return rules.role(of: user, person: facts.person)
    }

    /// Whether the sender may change the settings of the chat: in private always, in groups as the owner chose for the group.
    ///
    /// Where the platform cannot say who runs the group, the answer is no.
    public func mayChangeSettings(_ event: InboundEvent) async throws -> Bool {
        guard !event.isPrivate else { return true }
        let facts = try await store.accessFacts(about: event.sender.id, in: event.key.chat, bot: event.key.bot)
        if let role = rules.role(of: event.sender.id, person: facts.person), role > .member { return true }
        if (facts.group?.settingsBy ?? settings.groupSettings) == .everybody { return true }
        var isAdministrator = false
        try await attempt("a look at a group's administrators") {
            isAdministrator = try await administrators?.isAdministrator(event.sender.id, of: event.key.chat) ?? false
        }
        return isAdministrator
    }

    /// Everybody who decides: by configuration and by the store.
    func owners(of bot: BotID) async throws -> [UserID] {
        let known = try await store.knownPeople(of: bot).filter { $0.standing == .allowed && $0.role == .owner }.map(
            \.id
        )
        return settings.owners.sorted { $0.rawValue < $1.rawValue } + known.filter { !settings.owners.contains($0) }
    }

    /// Says something to each owner in their private chat and language; who cannot be told is left out.
    public func tellOwners(of bot: BotID, _ text: (Language) -> String) async throws {
        try await tellOwners(of: bot, except: nil) { FinalReply(text: text($0), isRemembered: false) }
    }

    /// Tells every owner in their private chat, in the language that they last wrote with.
    /// - Returns: Whether one of them could be told.
    @discardableResult
    func tellOwners(
        of bot: BotID,
        except user: UserID? = nil,
        _ reply: (Language) -> FinalReply
    ) async throws -> Bool {
        var isTold = false
        for owner in try await owners(of: bot) where owner != user {
            let place = ConversationKey(bot: bot, chat: ChatID(owner.rawValue))
            let person = try await store.accessFacts(about: owner, in: place.chat, bot: bot).person
            let reply = reply(Language(code: person?.languageCode))
            try await attempt("a message to an owner") {
                _ = try await actions.send(reply, to: place)
                isTold = true
            }
        }
        return isTold
    }

    /// Does what may fail for good, and notes in the log that it did; cancellation passes.
    func attempt(_ what: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.warning(
                "Something that the access policy wanted to do on the platform failed",
                metadata: ["access.action": "\(what)", "error": "\(error)"]
            )
        }
    }

    /// Notes an owner's language, in which they will be asked and told.
    private func noteLanguage(of event: InboundEvent, _ facts: AccessFacts) async throws {
        guard event.isPrivate, event.connection == nil, let code = event.sender.languageCode,
            code != facts.person?.languageCode, rules.role(of: event.sender.id, person: facts.person) == .owner
        else { return }
        try await store.noteLanguage(String(code.prefix(16)), of: event.sender.id, bot: event.key.bot, at: now())
    }

    private func refuse(_ event: InboundEvent, _ facts: AccessFacts, _ language: Language) async throws -> Admission {
        var attempts = facts.person?.attempts ?? AccessAttempts()
        attempts.refusedUpdate = event.id.update
        attempts.refusal = now()
        try await store.noteAttempts(attempts, of: event.sender.id, bot: event.key.bot, at: now())
        logger.info("A stranger was refused", metadata: ["user.id": "\(event.sender.id)"])
        let hasOwner = facts.hasOwner || !settings.owners.isEmpty
        return .refused(
            FinalReply(text: language.text(.stranger(hasOwner: hasOwner, number: event.sender.id)), isRemembered: false)
        )
    }
}
