import FoundationEssentials

/// Holds messages back for a moment where more of the same may follow, and joins what belongs together.
///
/// - The parts of an album are one question.
/// - Forwarded messages that come together are one question, with the comment that was sent just before them.
/// - A text as long as a message can be goes on in the next one.
/// - Voice messages, stickers and the like, of which the bot can read none, are answered together.
///
/// A value without clocks or tasks: instants go in, actions come out. What was joined is joined again after a restart, because what
/// came together was also said together.
package struct BurstCollector: Sendable {
    /// How long is waited for more.
    package struct Pauses: Sendable, Hashable {
        /// After a part of an album.
        package var album: Duration = .milliseconds(500)
        /// After a forwarded message.
        package var forward: Duration = .milliseconds(100)
        /// After a text as long as a message can be.
        package var paste: Duration = .milliseconds(1500)
        /// After something that the bot cannot read.
        package var wordless: Duration = .milliseconds(800)
        /// After a text that may be the comment on messages to be forwarded; only in private chats.
        package var comment: Duration = .milliseconds(80)

        /// The usual pauses.
        package init() {}

        /// How long more of the same may take, or nil where nothing more is expected.
        func pause(after event: InboundEvent) -> Duration? {
            guard event.content.isSaid, event.connection == nil else { return nil }
            if let bundle = event.bundle {
                if bundle.album != nil { return album }
                if bundle.isForwarded { return forward }
                if bundle.isFull { return paste }
            }
            if case .unsupported = event.content { return wordless }
            guard event.isPrivate, case .text(let text) = event.content, text.first != "/" else { return nil }
            return comment
        }
    }

    /// The question that an event is part of, out of what its place has in store.
    /// - Parameter events: In the order in which they came.
    static func question(with event: EventID, among events: [InboundEvent]) -> Incoming? {
        guard let sender = events.first(where: { $0.id == event })?.sender.id else { return nil }
        var current: Incoming?
        for part in events where part.sender.id == sender {
            if let last = current?.parts.last, belongs(part, after: last),
                current?.parts.count ?? 0 < maximumPartCount
            {
                current?.append(part)
            } else if current?.parts.contains(where: { $0.id == event }) == true {
                break
            } else {
                current = Incoming(part, isLeftover: true)
            }
        }
        return current?.parts.contains { $0.id == event } == true ? current : nil
    }

    /// What is to be done.
    package enum Action: Sendable, Hashable {
        /// The question is complete.
        case release(Incoming)
        /// Time is to be reported at this instant.
        case wait(until: ContinuousClock.Instant)
    }

    /// The most events that are joined.
    package static let maximumPartCount = 50

    private struct Lane: Hashable {
        var place: ConversationKey
        var sender: UserID
    }

    private struct Burst {
        var incoming: Incoming
        var deadline: ContinuousClock.Instant
    }

    private let pauses: Pauses
    private var bursts: [Lane: Burst] = [:]

    /// How many events are held.
    package var heldCount: Int { bursts.values.reduce(0) { $0 + $1.incoming.parts.count } }

    /// Makes an empty collector.
    package init(pauses: Pauses = Pauses()) {
        self.pauses = pauses
    }

    /// Whether an event is held.
    package func holds(_ event: EventID) -> Bool {
        bursts.values.contains { $0.incoming.parts.contains { $0.id == event } }
    }

    /// Takes an event.
    package mutating func add(
        _ event: InboundEvent,
        isLeftover: Bool = false,
        at now: ContinuousClock.Instant
    ) -> [Action] {
        var actions = expire(at: now)
        let lane = Lane(place: event.key.place, sender: event.sender.id)
        var incoming = Incoming(event, isLeftover: isLeftover)
        if var burst = bursts.removeValue(forKey: lane) {
            if let last = burst.incoming.parts.last, Self.belongs(event, after: last) {
                burst.incoming.append(event)
                incoming = burst.incoming
            } else {
                actions.append(.release(burst.incoming))
            }
        }
        let isOverheard = incoming.parts.count == 1 && incoming.isOverheard
        guard let pause = pauses.pause(after: event), incoming.parts.count < Self.maximumPartCount, !isOverheard
        else { return actions + [.release(incoming)] }
        let deadline = now + pause
        bursts[lane] = Burst(incoming: incoming, deadline: deadline)
        return actions + [.wait(until: deadline)]
    }

    /// Releases what has waited long enough, in the order in which it came.
    package mutating func expire(at now: ContinuousClock.Instant) -> [Action] {
        let due = bursts.filter { $0.value.deadline <= now }
        for lane in due.keys { bursts[lane] = nil }
        return due.values.map(\.incoming).sorted { $0.id.update < $1.id.update }.map { .release($0) }
    }

    /// Takes out what is held for a place, of one sender or of everybody.
    package mutating func remove(in place: ConversationKey, of sender: UserID?) -> [Incoming] {
        let lanes = bursts.keys.filter { $0.place == place && (sender == nil || $0.sender == sender) }
        return lanes.compactMap { bursts.removeValue(forKey: $0)?.incoming }.sorted { $0.id.update < $1.id.update }
    }

    /// Takes out what is held for a chat.
    package mutating func remove(from chat: ChatID, of bot: BotID) -> [Incoming] {
        let places = Set(bursts.keys.map(\.place)).filter { $0.chat == chat && $0.bot == bot }
        return places.flatMap { remove(in: $0, of: nil) }
    }

    /// Changes what a held message says.
    /// - Returns: The changed event, or nil where the message is not held.
    package mutating func amend(_ message: MessageID, in place: ConversationKey, to text: String) -> EventID? {
        for lane in bursts.keys where lane.place.chat == place.chat && lane.place.bot == place.bot {
            if let event = bursts[lane]?.incoming.amend(message, in: place.chat, to: text) { return event }
        }
        return nil
    }

    /// Whether an event goes on with what `last` began.
    private static func belongs(_ event: InboundEvent, after last: InboundEvent) -> Bool {
        guard event.content.isSaid, event.connection == nil else { return false }
        let gap = abs(event.date.timeIntervalSince(last.date))
        if let album = event.bundle?.album { return album == last.bundle?.album }
        if event.bundle?.isForwarded == true {
            // The platform's clock counts in seconds, so what came within a tenth of one may be a second apart there.
            return last.bundle?.album == nil && last.bundle?.isFull != true && gap <= 1
        }
        if case .unsupported = event.content, case .unsupported = last.content {
            return event.bundle == nil && last.bundle == nil && gap <= 2
        }
        guard case .text(let text) = event.content, text.first != "/" else { return false }
        return last.bundle?.isFull == true && last.bundle?.isForwarded == false && gap <= 2
    }
}
