import Foundation
import Logging
import MartletConversation
import MartletTelegram

/// Finds what calls left behind that were killed or cut off, and tells it from what other environments are at.
///
/// It looks twice: what waits both times, in a place where nobody renews a claim, is nobody's.
struct Leftovers: Sendable {
    private let turns: TurnTaking
    private let seen: Set<EventID>
    private let seenAt: ContinuousClock.Instant

    /// The most chats that one call takes up besides its own.
    private static let maximumPlaces = 20

    /// Looks for the first time.
    /// - Parameter place: The place that the call itself is about; nil where it is about none.
    static func look(_ turns: TurnTaking, besides place: ConversationKey?) async throws -> Leftovers {
        let unfinished = try await turns.store.unfinishedEvents(of: turns.bot)
        let others = unfinished.filter { $0.key.place != place?.place }
        return Leftovers(turns: turns, seen: Set(others.map(\.id)), seenAt: .now)
    }

    /// Looks again and answers what nobody else will; ends what nobody waits for any more.
    /// - Returns: How many were taken up.
    @discardableResult
    func answer(until deadline: CallDeadline) async throws -> Int {
        guard !seen.isEmpty, deadline.hasTime else { return 0 }
        try await Task.sleep(until: min(seenAt + TurnTaking.watch, deadline.cut))
        let now = Date()
        var left: [InboundEvent] = []
        var places: [ConversationKey: Bool] = [:]
        for event in try await turns.store.unfinishedEvents(of: turns.bot) {
            let place = event.key.place
            if places[place] == nil, seen.contains(event.id), places.count < Self.maximumPlaces {
                places[place] = try await turns.isClaimed(
                    place,
                    at: Date(timeIntervalSinceNow: TurnTaking.freshness)
                )
            }
            // A chat that nobody is at is taken up with everything that waits there.
            guard places[place] == false else { continue }
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
}
