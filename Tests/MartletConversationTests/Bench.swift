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

    static func event(
        _ update: Int64,
        _ text: String,
        chat: Int64 = 1,
        language: String? = nil,
        isPrivate: Bool = true
    ) -> InboundEvent {
        InboundEvent(
            id: EventID(bot: bot, update: update),
            key: ConversationKey(bot: bot, chat: ChatID(chat)),
            isPrivate: isPrivate,
            message: MessageID(update),
            sender: .init(id: UserID(chat), name: "Ada", languageCode: language),
            date: Date(timeIntervalSince1970: Double(update)),
            content: .text(text)
        )
    }

    func service(_ model: (any LanguageModel)?) -> ConversationService {
        ConversationService(
            model: model,
            store: store,
            sink: sink,
            context: context,
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

    /// Waits until no event is left.
    func untilFinished() async throws {
        while try await !store.unfinishedEvents(of: Self.bot).isEmpty {
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}
