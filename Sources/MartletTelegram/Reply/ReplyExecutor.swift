import MartletConversation

/// Makes the calls that a transport decides on.
struct ReplyExecutor {
    let api: any BotAPICalling
    let event: InboundEvent
    let record: @Sendable (MessageID, Int) async throws -> Void

    /// Calls on the way are given up sooner, because the settled text waits for them.
    private static let growingTimeout: Duration = .seconds(10)

    /// The chat has another number now, and knows nothing of the messages that were shown.
    struct ChatMoved: Error {
        var chat: ChatID
        /// The latest step of the reply.
        var part: ReplyPart?
    }

    /// Shows a reply to its end.
    /// - Parameter learned: Called after each failure with what is known by then.
    /// - Throws: ``ChatMoved``; `CancellationError` where the reply was abandoned; what cannot be the reply's fault.
    func run(
        _ transport: inout ReplyTransport,
        _ mailbox: ReplyMailbox,
        _ typing: TypingIndicator,
        learned: (ReplyTransport) -> Void
    ) async throws -> EventOutcome {
        var latest: ReplyPart?
        while true {
            if let part = mailbox.take() {
                latest = part
                transport.update(part, now: .now)
            }
            if transport.isSettled { typing.stop() }
            switch transport.next(now: .now) {
            case .end(let outcome): return outcome
            case .wait(let deadline):
                // The reply was abandoned without an end.
                if mailbox.isDone { throw CancellationError() }
                try await mailbox.wait(until: deadline)
            case .call(let call):
                do {
                    let message = try await perform(call)
                    transport.succeeded(call, message: message, now: .now)
                    typing.noteChange()
                } catch let error as TelegramError {
                    if let chat = error.migratedChat, chat != event.key.chat {
                        throw ChatMoved(chat: chat, part: latest)
                    }
                    try transport.failed(call, error, now: .now)
                    learned(transport)
                }
            }
        }
    }

    private func perform(_ call: ReplyTransport.Call) async throws -> MessageID? {
        let place = MessagePlace(event)
        switch call {
        case .draft(let content, let part):
            try await api.sendDraft(content, number: draftNumber(part), in: place)
        case .send(let content, let part, let isFinal):
            let id = try await api.sendMessage(
                content,
                to: place,
                replyingTo: event.isPrivate || event.connection != nil || event.whisper != nil || part > 0
                    ? nil : event.message,
                importance: isFinal ? .required : .intermediate,
                hasPreview: isFinal,
                timeout: isFinal ? .seconds(30) : Self.growingTimeout
            )
            try await record(id, part)
            return id
        case .whisper(let content, let part):
            let id = try await api.sendMessage(
                content,
                to: place,
                whispering: Whisper(answering: event),
                importance: .required
            )
            // A server that knows no whispers has shown an ordinary message; a whisper has no number among those.
            if id.rawValue != 0 { try await record(id, part) }
            return id
        case .aside(var content, _):
            // Its buttons are about the group's conversation, which the private chat knows nothing of.
            content.keyboard = nil
            let chat = ChatID(event.sender.id.rawValue)
            _ = try await api.sendMessage(content, to: MessagePlace(chat: chat), importance: .required)
        case .hint(let content):
            _ = try await api.sendMessage(content, to: place, importance: .required)
        case .edit(let message, let content, _, let isFinal):
            try await api.editMessage(
                message,
                to: content,
                in: place,
                importance: isFinal ? .required : .intermediate,
                hasPreview: isFinal,
                timeout: isFinal ? .seconds(30) : Self.growingTimeout
            )
        case .delete(let message): try await api.deleteMessage(message, in: place)
        }
        return nil
    }

    /// A number for each part of each reply, positive and of 32 bits; two of one chat's are the same only after millions of replies.
    private func draftNumber(_ part: Int) -> Int64 {
        let limit = Int64(Int32.max) - 1
        return (event.id.update.magnitude % UInt64(limit) * 64 + UInt64(part % 64)).asNumber(below: limit)
    }
}

extension UInt64 {
    fileprivate func asNumber(below limit: Int64) -> Int64 { Int64(self % UInt64(limit)) + 1 }
}
