/// Where replies go: a chat's messages, a stream of server-sent events, a queue.
public protocol ReplySink: Sendable {
    /// Shows a reply as it grows and returns when its last part is shown in full.
    ///
    /// Temporary failures are the sink's to wait out. Cancelling the task abandons the reply as it is shown.
    /// - Parameters:
    ///   - parts: The reply; intermediate texts may be skipped, the last part never.
    ///   - event: What is replied to.
    ///   - messages: Messages that an earlier attempt left, by part; they are rewritten rather than sent again.
    ///   - record: Called with each newly sent message and its part before anything else is sent.
    /// - Throws: `CancellationError`, and what `record` throws.
    func deliver(
        _ parts: AsyncStream<ReplyPart>,
        replyingTo event: InboundEvent,
        resuming messages: [Int: MessageID],
        recording record: @escaping @Sendable (_ message: MessageID, _ part: Int) async throws -> Void
    ) async throws -> EventOutcome
}

/// A step of a growing reply.
public enum ReplyPart: Sendable, Hashable {
    /// Everything that the model has thought so far; it has said nothing yet.
    case thinking(String)
    /// Everything said so far; more comes.
    case text(String)
    /// The whole reply; nothing comes after it.
    case final(FinalReply)

    /// What is said by then; thoughts are not said.
    public var text: String {
        switch self {
        case .thinking: ""
        case .text(let text): text
        case .final(let reply): reply.text
        }
    }

    /// Whether this is the last part.
    public var isLast: Bool {
        switch self {
        case .thinking, .text: false
        case .final: true
        }
    }
}
