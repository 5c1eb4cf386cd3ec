import Foundation
import Logging
import MartletConversation
import MartletTelegram

/// Finds what calls left behind that were killed or cut off, and tells it from what other environments are at.
///
/// It looks twice: what waits both times, in a place where nobody renews a claim, is nobody's.
struct Leftovers: Sendable {
    /// What is looked for.
    enum Scope: Sendable {
        /// Whatever nobody is at.
        case everything
        /// What somebody began and does not go on with; what nobody has begun has its turn in the queue.
        case begun
    }

    private let turns: TurnTaking
    private let scope: Scope
    private let seen: Set<EventID>
    private let seenAt: ContinuousClock.Instant

    /// The most chats that one call takes up besides its own.
    private static let maximumPlaces = 20

    /// Looks for the first time.
    /// - Parameter places: What the call itself is about.
    static func look(
        _ turns: TurnTaking,
        besides places: Set<ConversationKey> = [],
        for scope: Scope = .everything
    ) async throws -> Leftovers {
        let unfinished = try await turns.store.unfinishedEvents(of: turns.bot)
        return Leftovers(turns, among: unfinished, besides: places, for: scope)
    }

    /// Notes what was seen first.
    init(
        _ turns: TurnTaking,
        among unfinished: [InboundEvent],
        besides places: Set<ConversationKey>,
        for scope: Scope
    ) {
        self.turns = turns
        self.scope = scope
        seen = Set(unfinished.filter { !places.contains($0.key.place) }.map(\.id))
        seenAt = .now
    }

    /// Looks again and answers what nobody else will; ends what nobody waits for any more.
    /// - Returns: How many were taken up.
    @discardableResult
    func answer(until deadline: CallDeadline) async throws -> Int {
        guard !seen.isEmpty, deadline.hasTime else { return 0 }
        try await Task.sleep(until: min(seenAt + TurnTaking.watch, deadline.cut))
        let now = Date()
        let unfinished = try await turns.store.unfinishedEvents(of: turns.bot)
        var abandoned: [ConversationKey: Bool] = [:]
        for event in unfinished where seen.contains(event.id) && abandoned.count < Self.maximumPlaces {
            let place = event.key.place
            if abandoned[place] == nil { abandoned[place] = try await isAbandoned(place, among: unfinished) }
        }
        var left: [InboundEvent] = []
        // A chat that nobody is at is taken up with everything that waits there.
        for event in unfinished where abandoned[event.key.place] == true {
            if event.hasExpired(at: now) {
                try await turns.store.finish(event.id, as: .ignored, remembering: [], in: event.key)
            } else {
                left.append(event)
            }
        }
        guard !left.isEmpty else { return 0 }
        turns.logger.notice("What earlier calls left is answered", metadata: ["count": "\(left.count)"])
        await turns.answerNow(left, until: deadline)
        return left.count
    }

    /// Whether a place has what is looked for, and nobody who is alive is at it.
    private func isAbandoned(_ place: ConversationKey, among unfinished: [InboundEvent]) async throws -> Bool {
        if scope == .begun {
            let waiting = Set(try await turns.store.waitingEvents(in: place).map(\.id))
            guard unfinished.contains(where: { $0.key.place == place && !waiting.contains($0.id) }) else {
                return false
            }
        }
        return try await !turns.isClaimed(place, at: Date(timeIntervalSinceNow: TurnTaking.freshness))
    }
}
