import Foundation
import Logging
import MartletConversation
import MartletCore

/// Answers recorded messages in one call of a function, while other environments may be at work on the same store.
///
/// Whoever takes up a chat takes up everything that waits in it, in the order in which it was recorded, and looks again before it
/// leaves. Claims decide who answers what, so nothing is answered twice; a claim that is not renewed is a dead process's.
struct TurnTaking: Sendable {
    let store: any BotStore
    let service: ConversationService
    /// How this call's claims look.
    let leaseOwner: String
    let bot: BotID
    let botUsername: String
    let logger: Logger

    /// How long a claim lasts that is not renewed; it is renewed, and looked at, five times as often.
    static let leaseDuration = Duration.seconds(5)
    /// How long it takes to see whether a claim is still renewed.
    static let watch = Duration.milliseconds(2500)
    /// What a claim that is alive has left at least.
    static let freshness = 3.0
    /// Where calls are shorter than this, whoever answers a chat may not come to what waits there, so it is waited for.
    static let shortCall = Duration.seconds(120)

    /// Answers an event and what waits in its chat.
    ///
    /// What another environment is at is left to it, with everything behind it, where `mayLeave` says so.
    /// - Returns: Whether the event is dealt with, or in good hands.
    func answer(_ event: InboundEvent, until deadline: CallDeadline, mayLeave: Bool) async throws {
        if try await answerAside(event, until: deadline) { return }
        try await waitForMore(of: event)
        var tried: Set<EventID> = []
        while deadline.hasTime {
            let waiting = try await self.waiting(in: event.key.place).filter { !tried.contains($0.id) }
            guard !waiting.isEmpty else { return }
            if mayLeave, try await isAttended(event.key.place) {
                logger.info("Another environment answers in this chat; it goes on with what waits there")
                return
            }
            tried.formUnion(waiting.map(\.id))
            await answerNow(waiting, until: deadline)
        }
    }

    /// Answers events in the order given for each chat, and gives up shortly before the call ends.
    func answerNow(_ events: [InboundEvent], until deadline: CallDeadline) async {
        guard deadline.hasTime, !events.isEmpty else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await service.answer(events, until: deadline.cut) }
            group.addTask { try? await Task.sleep(until: deadline.last) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Everything that waits in a place, in order.
    func waiting(in place: ConversationKey) async throws -> [InboundEvent] {
        try await store.unfinishedEvents(of: bot).filter { $0.key.place == place.place }
    }

    /// Whether an environment that is alive answers in a place.
    private func isAttended(_ place: ConversationKey) async throws -> Bool {
        guard try await isClaimed(place, at: Date()) else { return false }
        try await Task.sleep(for: Self.watch)
        return try await isClaimed(place, at: Date(timeIntervalSinceNow: Self.freshness))
    }

    /// Whether a claim in a place lasts until a moment.
    func isClaimed(_ place: ConversationKey, at date: Date) async throws -> Bool {
        try await !store.eventsBeingAnswered(in: place, at: date).isEmpty
    }

    /// What comes in pieces comes in several calls: the one that gets the first waits for the others.
    private func waitForMore(of event: InboundEvent) async throws {
        guard let bundle = event.bundle, bundle.album != nil || bundle.isForwarded || bundle.isFull else { return }
        try await Task.sleep(for: .seconds(1))
    }
}

// MARK: Past the line

extension TurnTaking {
    /// Deals with what never waits in line: a wish to stop, and a correction.
    /// - Returns: Whether the event was one of them.
    func answerAside(_ event: InboundEvent, until deadline: CallDeadline) async throws -> Bool {
        if StopRequest(event, botUsername: botUsername) != nil {
            let isAnswering = try await isClaimed(event.key.place, at: Date())
            await answerNow([event], until: deadline)
            if isAnswering { try await dropWaiting(before: event) }
            return true
        }
        if case .edited(let text) = event.content, event.connection == nil {
            let place = event.key.place
            let question = try await waiting(in: place).first {
                $0.id != event.id && $0.message == event.message && $0.content.isMessage
            }
            if let question { try await store.amend(question.id, to: .text(text)) }
            await answerNow([event], until: deadline)
            return true
        }
        return false
    }

    /// Ends what waits behind a stopped answer, as far as it is for the one who said stop to end it.
    private func dropWaiting(before stop: InboundEvent) async throws {
        let lease = Lease(owner: leaseOwner, lasting: Self.leaseDuration)
        for event in try await waiting(in: stop.key.place) where event.content.isMessage && event.id != stop.id {
            guard event.id.update < stop.id.update, event.isPrivate || event.sender.id == stop.sender.id else {
                continue
            }
            // What somebody answers hears of the stop by its claim.
            switch try await store.beginAnswer(to: event.id, joining: [], lease: lease) {
            case .begun(let progress):
                try await store.finish(
                    [event.id] + progress.joined,
                    as: .stopped,
                    remembering: .nothing,
                    in: event.key
                )
            case .held: try await store.requestStop(of: event.id)
            case .finished: break
            }
        }
    }
}

extension InboundEvent.Content {
    /// Whether a person said or showed something, rather than did something.
    var isMessage: Bool {
        switch self {
        case .text, .unsupported: true
        default: false
        }
    }
}
