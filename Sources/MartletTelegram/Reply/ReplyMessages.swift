import MartletConversation

/// The messages that show one reply, and what each of them says.
struct ReplyMessages {
    let api: any BotAPICalling
    let event: InboundEvent
    let record: @Sendable (MessageID, Int) async throws -> Void
    private var shown: [Message]

    private struct Message {
        var id: MessageID
        /// What it says; nil for a message of an earlier process.
        var text: String?
    }

    /// Whether anything is shown.
    var isEmpty: Bool { shown.isEmpty }

    init(
        api: any BotAPICalling,
        event: InboundEvent,
        resuming messages: [Int: MessageID],
        record: @escaping @Sendable (MessageID, Int) async throws -> Void
    ) {
        self.api = api
        self.event = event
        self.record = record
        // Parts are recorded in order, so what follows a gap is not ours to trust.
        shown = (0..<messages.count).prefix { messages[$0] != nil }.compactMap { part in
            messages[part].map { Message(id: $0) }
        }
    }

    /// Makes the messages say `text`, changing only what differs.
    /// - Parameter importance: Whether the text has to get through; an intermediate one may be shown in part or not at all.
    mutating func show(_ text: String, _ importance: BotAPICall.Importance) async throws {
        let parts = MessageSplitter.split(text)
        for (index, part) in parts.enumerated() {
            if index < shown.count {
                guard shown[index].text != part else { continue }
                try await api.editMessageText(part, of: shown[index].id, in: event.key.chat, importance: importance)
                shown[index].text = part
            } else {
                let id = try await api.sendMessage(
                    part,
                    to: event.key.chat,
                    thread: event.key.thread,
                    replyingTo: event.isPrivate || index > 0 ? nil : event.message,
                    importance: importance
                )
                shown.append(Message(id: id, text: part))
                try await record(id, index)
            }
        }
        // An earlier process may have got further with a longer answer.
        while importance == .required, shown.count > max(parts.count, 1) {
            try await api.deleteMessage(shown[shown.count - 1].id, in: event.key.chat)
            shown.removeLast()
        }
    }
}
