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
    /// Everything said so far; more comes.
    case text(String)
    /// The whole answer; nothing comes after it.
    case final(String)
    /// Something that the bot says about itself rather than an answer; nothing comes after it.
    case notice(String)

    /// The text to show.
    public var text: String {
        switch self {
        case .text(let text), .final(let text), .notice(let text): text
        }
    }

    /// Whether this is the last part.
    public var isLast: Bool {
        switch self {
        case .text: false
        case .final, .notice: true
        }
    }
}
