import FoundationEssentials
public import Logging
public import MartletCore
import Synchronization

/// Answers people's private chats in their names, as far as they let it.
///
/// ``handle(_:)`` takes events and only records what they change; ``run()`` does what follows: it asks the model, shows drafts and
/// sends. Everything is in the store before it is done, so a process that is killed anywhere goes on at its next start: timers
/// go on, the model is asked again, a draft may be shown twice, and what is sent in somebody's name is sent once or not at all.
public final class Secretary: Sendable {
    let model: (any LanguageModel)?
    let store: any SecretaryStore
    let chat: any ChatActing
    let finder: (any ConnectionFinding)?
    let access: (any Admitting)?
    let budget: (any Budgeting)?
    let bot: BotID
    let settings: SecretarySettings
    let sampling: SamplingOptions
    let clock: SecretaryClock
    let logger: Logger
    let wakeUp = WakeUp()
    let state = Mutex(WorkState())
    /// Lets reports of a connection in one after the other.
    let introductions = Turnstile()

    /// Makes a secretary.
    /// - Parameters:
    ///   - model: What writes; nil writes nothing.
    ///   - store: Where accounts and lanes are kept.
    ///   - chat: Where things are sent.
    ///   - bot: The bot whose connections these are.
    ///   - finder: Is asked about connections of which no report came; nil leaves unread what comes through them.
    ///   - access: Decides whose secretary the bot is; nil for everybody's. Owners are asked about, never their contacts.
    ///   - budget: Pays for what the model writes, on the owner's account.
    ///   - sampling: How tokens are chosen.
    ///   - logger: Told of steps, never of what was said.
    public init(
        model: (any LanguageModel)?,
        store: any SecretaryStore,
        chat: any ChatActing,
        bot: BotID,
        finder: (any ConnectionFinding)? = nil,
        access: (any Admitting)? = nil,
        budget: (any Budgeting)? = nil,
        settings: SecretarySettings = SecretarySettings(),
        sampling: SamplingOptions = SamplingOptions(),
        clock: SecretaryClock = .system,
        logger: Logger
    ) {
        self.model = model
        self.store = store
        self.chat = chat
        self.bot = bot
        self.finder = finder
        self.access = access
        self.budget = budget
        self.settings = settings
        self.sampling = sampling
        self.clock = clock
        self.logger = logger
    }

    /// Takes an event that is for the secretary; it may be handed over again after a crash.
    ///
    /// These are connections, everything that was said through one, presses of the secretary's buttons, `/secretary`, and
    /// answers to drafts in an owner's private chat.
    /// - Returns: False where the event is somebody else's to deal with.
    /// - Throws: What the store throws; nothing is lost then, and the event can be handed over again.
    public func handle(_ event: InboundEvent) async throws -> Bool {
        switch event.content {
        case .connection(let connection):
            try await connectionChanged(connection, event)
            return true
        case .press(let press):
            guard case .choose(let value) = press.action else { return false }
            let (plain, wasChosen) = ReplyChoice.reading(value)
            guard let button = SecretaryButton(plain) else { return false }
            try await pressed(button, wasChosen: wasChosen, press, event)
            return true
        default: break
        }
        if let connection = event.connection {
            try await said(event, through: connection)
            return true
        }
        guard event.isPrivate, case .text(let text) = event.content else { return false }
        if let argument = Self.command(in: text) {
            try await panelAsked(argument, event)
            return true
        }
        return try await ownerWrote(text, event)
    }

    /// The words after `/secretary`; nil for anything else.
    private static func command(in text: String) -> String? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let first = words.first?.split(separator: "@").first, first.lowercased() == "/secretary" else {
            return nil
        }
        return words.dropFirst().first.map { $0.lowercased() } ?? ""
    }

    /// Something in the chat of an owner and a contact.
    private func said(_ event: InboundEvent, through connection: ConnectionID) async throws {
        guard let account = try await store.secretaryAccount(behind: connection, bot: event.key.bot) else {
            logger.warning(
                "A message came through a connection that is not known; its owner has to connect the bot again",
                metadata: ["update.id": "\(event.id.update)"]
            )
            return
        }
        guard account.connection.isEnabled else { return }
        func message(_ author: SaidMessage.Author, _ text: String) -> SaidMessage {
            SaidMessage(message: event.message, author: author, text: text, date: event.date)
        }
        let isOwners = event.sender.id == account.owner
        let isOurs = event.sender.id.rawValue == event.key.bot.rawValue
        let contact = LaneContact(name: event.sender.name, languageCode: event.sender.languageCode)
        let input: LaneInput
        switch event.content {
        case .deleted(let messages):
            // Of whoever was never heard here, there is nothing to forget.
            let address = LaneAddress(bot: event.key.bot, owner: account.owner, chat: event.key.chat)
            _ = try await advance(.known(address), .unsaid(messages, event: event.id))
            return
        case .text(let text) where isOurs, .ownerSpoke(let text) where isOurs:
            input = .echoed(message(.secretary, text), event: event.id)
        case .ownerSpoke(let text),
            .text(let text) where isOwners:
            input = .ownerSpoke(message(.owner, text), event: event.id)
        case .unsupported(let kind) where isOwners || isOurs:
            input = .ownerSpoke(message(.owner, "[\(kind)]"), event: event.id)
        case .text(let text):
            input = .contactSaid(message(.contact, text), from: contact, event: event.id, isReadable: true)
        case .unsupported(let kind):
            input = .contactSaid(message(.contact, "[\(kind)]"), from: contact, event: event.id, isReadable: false)
        case .edited(let text) where isOwners || isOurs:
            input = .ownerEdited(message(.owner, text), event: event.id)
        case .edited(let text):
            input = .contactEdited(message(.contact, text), event: event.id)
        default: return
        }
        let address = LaneAddress(bot: event.key.bot, owner: account.owner, chat: event.key.chat)
        _ = try await advance(.address(address), input)
    }

    /// An answer of the owner to a draft's message.
    private func ownerWrote(_ text: String, _ event: InboundEvent) async throws -> Bool {
        guard let quoted = event.quoted, quoted.isOurs, let message = quoted.message else { return false }
        guard let lane = try await store.lane(shownBy: message, in: event.key.chat, bot: event.key.bot) else {
            return false
        }
        let account = try await store.secretaryAccount(of: event.sender.id, bot: event.key.bot)
        guard let account, account.connection.ownerChat == event.key.chat else { return false }
        guard !text.trimmingWhitespace().isEmpty else { return true }
        let input = LaneInput.ownerWrote(text, marks: event.marks ?? [], answering: message, event: event.id)
        let update = try await advance(.id(lane), input)
        switch update?.answer {
        case .notPermitted, .tooLate, .busy:
            let phrase = SecretaryViews.phrase(for: update?.answer)
            await tell(FinalReply(text: account.language.text(phrase), isRemembered: false), account)
        default: break
        }
        return true
    }

    /// Changes a lane and lets the work go on from there.
    func advance(_ lane: LaneReference, _ input: LaneInput) async throws -> LaneUpdate? {
        let now = clock.now()
        let chance = clock.chance()
        let settings = settings
        let update = try await store.advance(lane, countingSince: now - 86_400) { lane, surroundings in
            let rules = LaneRules(
                defaultMode: surroundings.account.defaultMode,
                canReply: surroundings.account.canReply,
                automaticCount: surroundings.automaticCount,
                ownerAutomaticCount: surroundings.ownerAutomaticCount,
                settings: settings,
                chance: chance
            )
            return lane.advance(input, at: now, under: rules)
        }
        if let update { noteChange(of: update.contact) }
        return update
    }

    /// Tells an owner something in their private chat; what cannot be said is left unsaid.
    func tell(_ reply: FinalReply, _ account: SecretaryAccount) async {
        do {
            _ = try await chat.send(reply, to: account.place)
        } catch {
            logger.warning("An owner could not be told something", metadata: ["error": "\(error)"])
        }
    }
}
