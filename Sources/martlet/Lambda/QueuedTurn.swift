package import MartletConversation
import MartletCore

/// A recorded event on its way from front to worker: which one it is, and nothing of what was said.
package struct QueuedTurn: Sendable, Hashable {
    /// The event.
    package var event: EventID
    /// What is answered one after the other: the chat, or the topic in it.
    package var group: String

    /// Names an event.
    package init(_ event: InboundEvent) {
        self.event = event.id
        // Groups have 128 characters at most, and places far fewer, but for connections' names.
        group = String(event.key.place.description.prefix(128))
    }

    /// What tells repetitions of it from others.
    package var deduplication: String { "\(event.bot)-\(event.update)" }

    /// The message's body.
    package var body: String {
        let value: JSONValue = ["bot": .integer(event.bot.rawValue), "update": .integer(event.update)]
        return value.text
    }

    /// The event that a body names, or nil for anything else.
    package static func event(in body: String) -> EventID? {
        guard let value = try? JSONValue(parsing: Array(body.utf8)), let bot = value["bot"]?.integer,
            let update = value["update"]?.integer
        else { return nil }
        return EventID(bot: BotID(bot), update: update)
    }
}

/// The queue between front and worker.
protocol TurnQueueing: Sendable {
    /// Puts a turn behind those of its group; the same turn again within minutes changes nothing.
    func send(_ turn: QueuedTurn) async throws

    /// Has a message come again after so long, instead of after the queue's own time.
    func retry(_ receipt: String, after pause: Duration) async throws
}
