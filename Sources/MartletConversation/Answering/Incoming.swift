/// One question: an event, or several that came in a burst and are answered as one.
package struct Incoming: Sendable, Hashable {
    /// The events, in the order in which they came; never empty.
    package private(set) var parts: [InboundEvent]
    /// Whether it is from before a restart.
    package var isLeftover: Bool

    /// Makes a question of one event.
    package init(_ event: InboundEvent, isLeftover: Bool = false) {
        parts = [event]
        self.isLeftover = isLeftover
    }

    /// The first event's identity, under which the question is answered.
    package var id: EventID { parts[0].id }
    /// Whether dealing with it takes but a moment: it is recorded for somebody who answers later, elsewhere or in another name.
    package var isLight: Bool {
        if parts[0].connection != nil || isOverheard { return true }
        return switch parts[0].content {
        case .connection, .ownerSpoke, .deleted, .inlineQuery, .guestQuery: true
        default: false
        }
    }
    /// Whether it was said in a group and not to the bot.
    package var isOverheard: Bool {
        parts[0].addressing == InboundEvent.Addressing.none && parts[0].connection == nil && parts[0].content.isSaid
    }
    /// Whose turn it is; a move has its turn where it leads to, so that what is said there next finds what was moved.
    package var place: ConversationKey {
        var place = parts[0].key.place
        if case .migrated(let successor) = parts[0].content { place.chat = successor }
        return place
    }
    /// Who asks.
    package var sender: InboundEvent.Sender { parts[0].sender }
    /// The events that end together with the first.
    package var others: [EventID] { parts.dropFirst().map(\.id) }

    /// Adds an event at the end.
    package mutating func append(_ event: InboundEvent) {
        parts.append(event)
    }

    /// Changes what the part says that `message` of the chat holds.
    /// - Returns: The changed part, or nil where there is none.
    package mutating func amend(_ message: MessageID, in chat: ChatID, to text: String) -> EventID? {
        let index = parts.firstIndex { $0.message == message && $0.key.chat == chat && $0.content.isSaid }
        guard let index else { return nil }
        parts[index].content = .text(text)
        return parts[index].id
    }

    /// Gives the question to another chat.
    package mutating func migrate(to chat: ChatID) {
        for index in parts.indices { parts[index].key.chat = chat }
    }

    /// Keeps the first event and `others`.
    /// - Returns: The events that are no longer part of the question.
    package mutating func keepOnly(_ others: [EventID]) -> [InboundEvent] {
        let left = parts.dropFirst().filter { !others.contains($0.id) }
        parts = [parts[0]] + parts.dropFirst().filter { others.contains($0.id) }
        return Array(left)
    }

    /// The question as one event.
    ///
    /// Words are joined in order. Where a person says something about messages that they forward, these are marked as quotations.
    /// Parts without words count only where there are no words at all.
    package var event: InboundEvent {
        var event = parts[0]
        guard parts.count > 1 else { return event }
        event.quoted = parts.lazy.compactMap(\.quoted).first
        var own: [String] = []
        var forwarded: [String] = []
        for part in parts {
            guard case .text(let text) = part.content, !text.trimmingWhitespace().isEmpty else { continue }
            if part.bundle?.isForwarded == true { forwarded.append(text) } else { own.append(text) }
        }
        guard !own.isEmpty || !forwarded.isEmpty else { return event }
        let words =
            own.isEmpty
            ? forwarded.joined(separator: "\n\n")
            : ([own.joined(separator: "\n")] + forwarded.map { Quotation.block("Forwarded message", $0) })
                .joined(separator: "\n\n")
        event.content = .text(words)
        return event
    }
}

extension InboundEvent.Content {
    /// Whether it is something that a person said or showed, rather than something that they did.
    var isSaid: Bool {
        switch self {
        case .text, .unsupported: true
        default: false
        }
    }
}
