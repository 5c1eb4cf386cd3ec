import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletStore
import MartletTestSupport

/// A conversation service over a memory store, and somebody who writes to it.
struct Bench {
    static let bot = BotID(7)
    var store: any ConversationStore = MemoryConversationStore()
    var sink = RecordingSink()
    var settings = ConversationSettings(persona: Persona(template: "", botName: "Martlet"))
    var context: ContextDocument?
    var companions = Companions()

    static func event(
        _ update: Int64,
        _ text: String,
        chat: Int64 = 1,
        language: String? = nil,
        isPrivate: Bool = true,
        from user: Int64? = nil,
        name: String = "Ada"
    ) -> InboundEvent {
        InboundEvent(
            id: EventID(bot: bot, update: update),
            key: ConversationKey(bot: bot, chat: ChatID(chat)),
            isPrivate: isPrivate,
            message: MessageID(update),
            sender: .init(id: UserID(user ?? chat), name: name, languageCode: language),
            date: Date(timeIntervalSince1970: Double(update)),
            content: .text(text)
        )
    }

    /// Something other than words, by whoever writes otherwise.
    static func event(
        _ update: Int64,
        _ content: InboundEvent.Content,
        chat: Int64 = 1,
        isPrivate: Bool = true,
        from user: Int64? = nil,
        message: Int64? = nil
    ) -> InboundEvent {
        var event = event(update, "", chat: chat, isPrivate: isPrivate, from: user)
        event.content = content
        if let message { event.message = MessageID(message) }
        return event
    }

    /// A press of a button under the answer to a question.
    static func press(
        _ update: Int64,
        _ action: ReplyAction,
        on question: Int64,
        owner: Int64? = 1,
        chat: Int64 = 1,
        isPrivate: Bool = true,
        from user: Int64? = nil
    ) -> InboundEvent {
        let press = ButtonPress(
            query: "query-\(update)",
            action: action,
            question: EventID(bot: bot, update: question),
            owner: owner.map { UserID($0) }
        )
        return event(update, .press(press), chat: chat, isPrivate: isPrivate, from: user)
    }

    /// Records events and hands them to a running service.
    func submit(_ events: InboundEvent..., to service: ConversationService) async throws {
        for event in try await store.accept(events.map { ReceivedUpdate(id: $0.id, meaning: .event($0)) }) {
            service.submit(event)
        }
    }

    /// The history of a chat.
    func history(chat: Int64 = 1) async throws -> [ChatMessage] {
        let key = ConversationKey(bot: Self.bot, chat: ChatID(chat))
        return try await store.conversation(for: key, turnLimit: 99).turns.map(\.message)
    }

    func service(_ model: (any LanguageModel)?) -> ConversationService {
        ConversationService(
            model: model,
            store: store,
            sink: sink,
            context: context,
            companions: companions,
            settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Accepts the events, answers them and everything left over, and ends the service.
    func answer(_ events: [InboundEvent], with model: (any LanguageModel)?) async throws {
        _ = try await store.accept(events.map { ReceivedUpdate(id: $0.id, meaning: .event($0)) })
        try await run(with: model) { service in
            for event in try await store.unfinishedEvents(of: Self.bot) { service.submit(event, isLeftover: true) }
            try await untilFinished()
        }
    }

    /// Runs a service around `body`.
    func run(
        with model: (any LanguageModel)?,
        _ body: (ConversationService) async throws -> Void
    ) async throws {
        let service = service(model)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await service.run() }
            do {
                try await body(service)
            } catch {
                group.cancelAll()
                throw error
            }
            service.shutDown()
        }
    }

    /// Waits until something is so.
    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Waits until no event is left.
    func untilFinished() async throws {
        while try await !store.unfinishedEvents(of: Self.bot).isEmpty {
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
