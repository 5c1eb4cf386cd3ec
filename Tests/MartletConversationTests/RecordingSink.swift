import MartletConversation
import Synchronization

/// Shows replies in memory, one message a reply.
final class RecordingSink: ReplySink {
    struct Shown: Sendable, Hashable {
        var event: EventID
        var texts: [String]
        var resumed: [Int: MessageID]
        var isNotice: Bool
        var thoughts: [String] = []
        var final: FinalReply?
        var sender: UserID?
        var languageCode: String?
    }

    private let state = Mutex((shown: [Shown](), messageCount: 0))
    private let outcome: EventOutcome?

    /// - Parameter outcome: What every delivery comes to after its first text; nil shows everything.
    init(outcome: EventOutcome? = nil) {
        self.outcome = outcome
    }

    var shown: [Shown] { state.withLock { $0.shown } }
    var replies: [FinalReply] { shown.compactMap(\.final) }
    var finals: [String] { shown.compactMap(\.texts.last) }

    func deliver(
        _ parts: AsyncStream<ReplyPart>,
        replyingTo event: InboundEvent,
        resuming messages: [Int: MessageID],
        recording record: @escaping @Sendable (MessageID, Int) async throws -> Void
    ) async throws -> EventOutcome {
        var shown = Shown(event: event.id, texts: [], resumed: messages, isNotice: false)
        shown.sender = event.sender.id
        shown.languageCode = event.sender.languageCode
        for await part in parts {
            if shown.texts.isEmpty, messages.isEmpty {
                let id = state.withLock { state in
                    state.messageCount += 1
                    return MessageID(Int64(state.messageCount))
                }
                try await record(id, 0)
            }
            shown.texts.append(part.text)
            if case .thinking(let thought) = part { shown.thoughts.append(thought) }
            if case .final(let reply) = part { shown.final = reply }
            if case .final(let reply) = part, !reply.isRemembered { shown.isNotice = true }
            if let outcome { return outcome }
            if part.isLast {
                state.withLock { $0.shown.append(shown) }
                return .answered
            }
        }
        throw CancellationError()
    }
}
