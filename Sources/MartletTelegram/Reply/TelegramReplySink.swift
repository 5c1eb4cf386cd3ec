public import Logging
public import MartletConversation

/// Shows replies as messages that grow by edits.
///
/// "Typing" shows until the first text does. Texts on the way are shown as often as the limits allow and are left out
/// otherwise; the last one always gets through, however long the platform makes it wait.
public struct TelegramReplySink: ReplySink {
    private let api: any BotAPICalling
    private let pacing: StreamPacing
    private let logger: Logger

    /// Makes a sink.
    /// - Parameter api: A caller that keeps the limits and repeats required calls.
    public init(api: any BotAPICalling, pacing: StreamPacing = StreamPacing(), logger: Logger) {
        self.api = api
        self.pacing = pacing
        self.logger = logger
    }

    /// Shows a reply.
    public func deliver(
        _ parts: AsyncStream<ReplyPart>,
        replyingTo event: InboundEvent,
        resuming messages: [Int: MessageID],
        recording record: @escaping @Sendable (MessageID, Int) async throws -> Void
    ) async throws -> EventOutcome {
        var reply = ReplyMessages(api: api, event: event, resuming: messages, record: record)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await showTyping(in: event) }
            defer { group.cancelAll() }
            do {
                return try await show(parts, in: &reply, isPrivate: event.isPrivate) { group.cancelAll() }
            } catch let error as TelegramError {
                guard let outcome = error.outcome else { throw error }
                logger.warning(
                    "A reply cannot be shown",
                    metadata: ["chat.id": "\(event.key.chat)", "error": "\(error)", "turn.outcome": "\(outcome)"]
                )
                return outcome
            }
        }
    }

    private func show(
        _ parts: AsyncStream<ReplyPart>,
        in reply: inout ReplyMessages,
        isPrivate: Bool,
        whenVisible: () -> Void
    ) async throws -> EventOutcome {
        var pacer = StreamPacer(pacing: pacing, isPrivate: isPrivate)
        for await part in parts {
            if part.isLast {
                try await reply.show(part.text, .required)
                return .answered
            }
            guard pacer.isDue(characterCount: part.text.count, now: .now) else { continue }
            do {
                try await reply.show(part.text, .intermediate)
                if !reply.isEmpty { whenVisible() }
            } catch let error as TelegramError where error.canBeSkipped {
                // The next text, or the last one, shows everything that this one would have.
            }
            pacer.noteShown(now: .now)
        }
        // The reply was abandoned without an end.
        throw CancellationError()
    }

    private func showTyping(in event: InboundEvent) async {
        do {
            try await Task.sleep(for: pacing.typingDelay)
            while true {
                do {
                    try await api.sendTyping(to: event.key.chat, thread: event.key.thread)
                } catch is TelegramError {
                    // A missing "typing" harms nobody; whatever is wrong shows with the reply.
                }
                try await Task.sleep(for: pacing.typingInterval)
            }
        } catch {
            // Only cancellation ends the loop: the reply is visible or over.
        }
    }
}

extension TelegramError {
    /// Whether an intermediate text may go without.
    fileprivate var canBeSkipped: Bool {
        passes || code == .leftOut || code == .tooManyRequests
    }

    /// What the refusal means for the reply, or nil where it is not the reply's fault.
    fileprivate var outcome: EventOutcome? {
        switch code {
        case .forbidden, .chatNotFound, .badRequest, .migrated: .undeliverable
        case .messageNotFound: .stopped
        default: nil
        }
    }
}
