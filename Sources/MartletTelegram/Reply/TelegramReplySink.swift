public import Logging
public import MartletConversation
import Synchronization

/// Shows replies as drafts or as messages that grow by edits, and as whole messages in the end.
///
/// Texts on the way are shown as often as the limits allow and are left out otherwise; the last one always gets through, however
/// long the platform makes it wait. One doubt stays: the answer to `sendMessage` may be lost after the message was sent. A text on
/// the way is not sent again then, so at worst one part of the reply is left beside the whole; the settled text is sent again,
/// because a message that comes twice is better than one that never comes.
public final class TelegramReplySink: ReplySink {
    private let api: any BotAPICalling
    private let settings: ReplySettings
    private let buttons: ButtonCodec?
    private let logger: Logger
    private let memory = Mutex(TransportMemory())

    /// Makes a sink.
    /// - Parameters:
    ///   - api: A caller that keeps the limits and repeats required calls.
    ///   - buttons: Signs the buttons under replies; nil for replies without buttons.
    public init(
        api: any BotAPICalling,
        settings: ReplySettings = ReplySettings(),
        buttons: ButtonCodec? = nil,
        logger: Logger
    ) {
        self.api = api
        self.settings = settings
        self.buttons = buttons
        self.logger = logger
    }

    /// Shows a reply.
    public func deliver(
        _ parts: AsyncStream<ReplyPart>,
        replyingTo event: InboundEvent,
        resuming messages: [Int: MessageID],
        recording record: @escaping @Sendable (MessageID, Int) async throws -> Void
    ) async throws -> EventOutcome {
        var transport = await makeTransport(for: event, resuming: messages)
        let mailbox = ReplyMailbox()
        let typing = TypingIndicator(api: api, place: MessagePlace(event), pacing: settings.pacing)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await part in parts { mailbox.put(part) }
                mailbox.close()
            }
            group.addTask { await typing.run() }
            let outcome: EventOutcome
            do {
                outcome = try await run(&transport, event, mailbox, typing, record)
            } catch let moved as ReplyExecutor.ChatMoved {
                // A group became a supergroup while it was answered: the whole reply is shown there.
                var event = event
                event.key.chat = moved.chat
                transport = await makeTransport(for: event, resuming: [:])
                if let part = moved.part { transport.update(part, now: .now) }
                outcome = try await run(&transport, event, mailbox, typing, record)
            }
            if outcome != .answered {
                logger.warning(
                    "A reply cannot be shown",
                    metadata: ["chat.id": "\(event.key.chat)", "turn.outcome": "\(outcome)"]
                )
            }
            return outcome
        }
    }

    private func run(
        _ transport: inout ReplyTransport,
        _ event: InboundEvent,
        _ mailbox: ReplyMailbox,
        _ typing: TypingIndicator,
        _ record: @escaping @Sendable (MessageID, Int) async throws -> Void
    ) async throws -> EventOutcome {
        let executor = ReplyExecutor(api: api, event: event, record: record)
        return try await executor.run(&transport, mailbox, typing) { transport in
            memory.withLock { $0.note(transport, in: event.key.chat, now: .now) }
        }
    }

    /// Whether it is worth trying to tell the sender alone.
    private func canWhisper(_ event: InboundEvent) -> Bool {
        guard settings.whispers, let whisper = Whisper(answering: event) else { return false }
        return !whisper.needsRights || memory.withLock { $0.canWhisper(in: event.key.chat, now: .now) }
    }

    private func makeTransport(for event: InboundEvent, resuming messages: [Int: MessageID]) async -> ReplyTransport {
        let language = Language(code: event.sender.languageCode)
        let isAsked = if case .text = event.content { true } else { false }
        let isHidden = isAsked && event.whisper != nil && !event.isPrivate
        let composer = ReplyComposer(
            language: language,
            question: event.id,
            owner: event.sender.id,
            // What is said in somebody's name has no buttons of the bot's.
            buttons: event.connection == nil ? buttons : nil,
            phrases: settings.thinkingPhrases[language]
        )
        var rung = memory.withLock { $0.rung(of: event.key.chat, now: .now) }
        if !event.isPrivate || !settings.usesDrafts { rung = min(rung, .edits) }
        // Nobody watches a person's message grow, and what only one person may see is shown when it is whole.
        if event.connection != nil || isHidden { rung = .finalOnly }
        return ReplyTransport(
            composer: composer,
            pacing: settings.pacing,
            isPrivate: event.isPrivate,
            rung: rung,
            // Parts are recorded in order, so what follows a gap is not ours to trust.
            resuming: (0..<messages.count).prefix { messages[$0] != nil }.compactMap { messages[$0] },
            isRich: await settings.wantsRichMessages(event),
            canWhisper: canWhisper(event),
            // A group or a channel that asks has no private chat.
            discretion: isHidden
                ? ReplyTransport.Discretion(name: event.sender.name, allowsPrivateChat: event.sender.id.rawValue > 0)
                : nil
        )
    }
}
