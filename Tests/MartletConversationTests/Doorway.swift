import FoundationEssentials
import Logging
import MartletConversation
import MartletStore
import Synchronization

/// A policy over a memory store with a clock that the test turns.
final class Doorway: Sendable {
    static let bot = BotID(7)
    static let owner: Int64 = 100
    static let group: Int64 = -1001

    let store = MemoryConversationStore()
    let actions: RecordingActions
    let settings: AccessSettings
    let administrators: (any GroupAdministering)?
    private let clock = Mutex(Date(timeIntervalSince1970: 1_800_000_000))
    private let lastUpdate = Mutex(Int64(0))

    init(
        _ settings: AccessSettings = Doorway.closed(),
        actions: RecordingActions = RecordingActions(),
        administrators: (any GroupAdministering)? = nil
    ) {
        self.settings = settings
        self.actions = actions
        self.administrators = administrators
    }

    static func closed(_ change: (inout AccessSettings) -> Void = { _ in }) -> AccessSettings {
        var settings = AccessSettings()
        settings.owners = [UserID(owner)]
        change(&settings)
        return settings
    }

    var now: Date { clock.withLock { $0 } }
    func advance(_ seconds: Double) { clock.withLock { $0 = $0.addingTimeInterval(seconds) } }

    var policy: AccessPolicy {
        AccessPolicy(
            store: store,
            actions: actions,
            settings: settings,
            administrators: administrators,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            now: { [self] in now }
        )
    }

    func event(
        _ content: InboundEvent.Content,
        from user: Int64,
        chat: Int64? = nil,
        name: String = "Ada",
        title: String? = nil,
        connection: ConnectionID? = nil,
        update: Int64? = nil
    ) -> InboundEvent {
        let id =
            update
            ?? lastUpdate.withLock {
                $0 += 1
                return $0
            }
        return InboundEvent(
            id: EventID(bot: Self.bot, update: id),
            key: ConversationKey(bot: Self.bot, chat: ChatID(chat ?? user)),
            isPrivate: (chat ?? user) > 0,
            message: MessageID(id),
            sender: .init(id: UserID(user), name: name, languageCode: "en"),
            date: now,
            content: content,
            chatTitle: title,
            connection: connection
        )
    }

    func admit(_ content: InboundEvent.Content, from user: Int64, chat: Int64? = nil) async throws -> Admission {
        try await policy.admit(event(content, from: user, chat: chat))
    }

    func say(_ text: String, from user: Int64, chat: Int64? = nil) async throws -> Admission {
        try await admit(.text(text), from: user, chat: chat)
    }

    func press(_ value: String, from user: Int64, chat: Int64? = nil) async throws -> Admission {
        let press = ButtonPress(
            query: "q",
            action: .choose(value),
            question: EventID(bot: Self.bot, update: 0),
            owner: nil
        )
        return try await admit(.press(press), from: user, chat: chat)
    }

    func add(
        by user: Int64,
        to chat: Int64 = Doorway.group,
        title: String = "Bakers",
        isChannel: Bool = false
    ) async throws -> Admission {
        let membership = Membership(isMember: true, wasMember: false, isAdministrator: isChannel, isChannel: isChannel)
        return try await policy.admit(event(.membership(membership), from: user, chat: chat, title: title))
    }

    func groupStanding(_ chat: Int64 = Doorway.group) async -> AccessGroup.Standing? {
        await store.groups(of: Self.bot).first { $0.chat == ChatID(chat) }?.standing
    }
}

extension Admission {
    /// What the sender is told.
    var told: String? { if case .refused(let reply) = self { reply.text } else { nil } }
}
