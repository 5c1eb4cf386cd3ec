import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletTestSupport
import Synchronization
import Testing

/// An owner, their contacts, and secretaries that come and go over one store.
final class Stage: Sendable {
    static let bot = BotID(7)
    static let owner = UserID(42)
    static let ownerChat = ChatID(42)
    static let connection = ConnectionID("c1")

    let store: any ConversationStore & SecretaryStore
    let chat: OwnersChat
    private let world: Mutex<(now: Date, update: Int64)>

    init(_ store: any ConversationStore & SecretaryStore) {
        self.store = store
        self.chat = OwnersChat()
        self.world = Mutex((Date(timeIntervalSince1970: 1_000_000), 0))
    }

    /// The stage of the next process: the same people, platform and time.
    init(_ store: any ConversationStore & SecretaryStore, after stage: Stage) {
        self.store = store
        self.chat = stage.chat
        self.world = Mutex(stage.world.withLock { $0 })
    }

    var now: Date { world.withLock { $0.now } }

    func secretary(
        _ model: (any LanguageModel)? = ScriptedLanguageModel.saying("I'm fine, thanks"),
        access: (any Admitting)? = nil,
        budget: (any Budgeting)? = nil,
        settings: SecretarySettings = SecretarySettings()
    ) -> Secretary {
        Secretary(
            model: model,
            store: store,
            chat: chat,
            bot: Self.bot,
            finder: chat,
            access: access,
            budget: budget,
            settings: settings,
            clock: SecretaryClock(now: { self.now }, chance: { 0.5 }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Runs a secretary around `body` and kills it at its end: cancelled wherever it is.
    func run(_ secretary: Secretary, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await secretary.run() }
            do { try await body() } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
    }

    /// Lets time go by.
    func pass(_ seconds: TimeInterval) { world.withLock { $0.now += seconds } }

    /// Lets time go by and everything happen that it brings.
    func wait(_ seconds: TimeInterval, _ secretary: Secretary) async throws {
        pass(seconds)
        try await settle(secretary)
    }

    /// Waits until nothing is left to do.
    func settle(_ secretary: Secretary) async throws {
        secretary.lookAgain()
        try await until { try await secretary.isIdle() }
    }

    /// Waits for a condition.
    func until(_ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try await !condition() {
            guard ContinuousClock.now < end else {
                Issue.record("what was waited for did not happen")
                throw CancellationError()
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func event(
        _ content: InboundEvent.Content,
        chat: ChatID,
        sender: UserID,
        name: String = "Ada",
        message: MessageID? = nil,
        quoted: QuotedMessage? = nil,
        connection: ConnectionID? = nil,
        language: String? = nil
    ) -> InboundEvent {
        let (now, update) = world.withLock { world in
            world.update += 1
            return (world.now, world.update)
        }
        return InboundEvent(
            id: EventID(bot: Self.bot, update: update),
            key: ConversationKey(bot: Self.bot, chat: chat),
            isPrivate: true,
            message: message ?? MessageID(update),
            sender: .init(id: sender, name: name, languageCode: language),
            date: now,
            content: content,
            quoted: quoted,
            connection: connection
        )
    }

    func connected(_ canReply: Bool = true, isEnabled: Bool = true, language: String? = nil) -> InboundEvent {
        let connection = Connection(
            id: Self.connection,
            owner: Self.owner,
            ownerChat: Self.ownerChat,
            canReply: canReply,
            isEnabled: isEnabled
        )
        return event(
            .connection(connection),
            chat: Self.ownerChat,
            sender: Self.owner,
            name: "Olga",
            language: language
        )
    }

    func contact(_ text: String, _ user: Int64 = 5) -> InboundEvent {
        event(.text(text), chat: ChatID(user), sender: UserID(user), connection: Self.connection)
    }

    func owner(_ text: String, to user: Int64 = 5, message: MessageID? = nil) -> InboundEvent {
        event(
            .ownerSpoke(text),
            chat: ChatID(user),
            sender: Self.owner,
            name: "Olga",
            message: message,
            connection: Self.connection
        )
    }

    func press(_ value: String, on message: MessageID, by user: UserID = Stage.owner) -> InboundEvent {
        let press = ButtonPress(
            query: "q",
            action: .choose(value),
            question: EventID(bot: Self.bot, update: 0),
            owner: nil
        )
        return event(.press(press), chat: Self.ownerChat, sender: user, name: "Olga", message: message)
    }

    func ownerSays(_ text: String, answering message: MessageID? = nil, marks: [TextMark]? = nil) -> InboundEvent {
        let quoted = message.map { QuotedMessage(message: $0, senderName: nil, isOurs: true, text: "") }
        var event = event(.text(text), chat: Self.ownerChat, sender: Self.owner, name: "Olga", quoted: quoted)
        event.marks = marks
        return event
    }

    /// The value of a button that the owner's chat shows, by its label.
    func button(_ label: String) throws -> (value: String, message: MessageID) {
        for (id, reply) in chat.messages.reversed() {
            for choice in reply.choices.joined() where choice.label.contains(label) { return (choice.value, id) }
        }
        throw Missing(label: label)
    }

    struct Missing: Error {
        var label: String
    }

    /// Presses what the owner's chat shows under a label.
    func press(_ label: String, _ secretary: Secretary) async throws {
        let (value, message) = try button(label)
        #expect(try await secretary.handle(press(value, on: message)))
    }

    /// Connects the owner and chooses the default mode.
    func begin(_ secretary: Secretary, _ mode: String) async throws {
        #expect(try await secretary.handle(connected()))
        try await press(mode, secretary)
    }
}
