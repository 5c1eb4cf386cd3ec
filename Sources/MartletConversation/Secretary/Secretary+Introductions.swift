import FoundationEssentials
import MartletCore
import Synchronization

extension Secretary: EventTaking {
    /// Asks about the connection that an event came through, where nothing is known of it.
    ///
    /// Chats are served side by side, so that words may come before the report of the connection that they came through, and a
    /// report may be lost with the updates of a day. Without an answer the words would be left unread.
    public func prepare(for event: InboundEvent) async throws {
        guard let finder, let id = event.connection else { return }
        if case .connection = event.content { return }
        try await introductions.pass(id.rawValue) {
            guard try await store.secretaryAccount(behind: id, bot: event.key.bot) == nil, mayAsk(about: id),
                let found = try await finder.connection(id)
            else { return }
            let introduction = InboundEvent(
                id: event.id,
                key: ConversationKey(bot: event.key.bot, chat: found.connection.ownerChat),
                isPrivate: true,
                message: MessageID(0),
                sender: found.owner,
                date: found.date ?? event.date,
                content: .connection(found.connection),
                connection: id
            )
            if let access, try await access.admit(introduction) != .admitted { return }
            try await change(found.connection, introduction)
        }
    }

    /// Whether a connection that was not known may be asked about, which it may be from time to time.
    private func mayAsk(about id: ConnectionID) -> Bool {
        let now = clock.now()
        return state.withLock { state in
            if let last = state.askedAbout[id], abs(now.timeIntervalSince(last)) < Self.askingInterval { return false }
            if state.askedAbout.count >= Self.rememberedConnections { state.askedAbout = [:] }
            state.askedAbout[id] = now
            return true
        }
    }

    /// How long a connection whose owner was turned away is not asked about again, in seconds.
    private static let askingInterval: TimeInterval = 600
    /// How many connections are remembered as asked about.
    private static let rememberedConnections = 1000
}
