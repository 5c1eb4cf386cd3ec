package import FoundationEssentials
package import MartletConversation

/// Which update is asked for next; asking for one confirms everything before it.
///
/// After a week without updates the platform begins to count anew, anywhere. An offset from before that could be above what comes,
/// and confirm it unseen, so it is forgotten in time; everything that it could confirm has been confirmed by then.
package struct PollingOffset: Sendable {
    /// How long an offset is good for.
    package static let lifetime: TimeInterval = 6 * 86_400
    private var next: Int64?
    private var setAt: Date?

    /// Knows none yet.
    package init() {}

    /// The offset to ask with; nil takes everything that is not confirmed.
    package func value(at date: Date) -> Int64? {
        guard let next, let setAt, abs(date.timeIntervalSince(setAt)) < Self.lifetime else { return nil }
        return next
    }

    /// Notes that updates were recorded.
    ///
    /// The numbers of one batch decide, also where they are below earlier ones.
    package mutating func note(_ updates: [ReceivedUpdate], at date: Date) {
        guard let highest = updates.map(\.id.update).filter({ $0 >= 0 }).max(), highest < .max else { return }
        next = highest + 1
        setAt = date
    }
}
