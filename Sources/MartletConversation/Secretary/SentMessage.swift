public import FoundationEssentials

/// Something that was sent in an owner's name, or was about to be.
public struct SentMessage: Sendable, Hashable {
    /// The lane.
    public var lane: LaneID
    /// The draft's number in its lane.
    public var draft: Int
    /// The contact's name at that time.
    public var contact: String
    /// What was sent.
    public var text: String
    /// When it was begun.
    public var date: Date
    /// Whether nobody pressed anything for it.
    public var isAutomatic: Bool
    /// What became of it.
    public var outcome: Outcome

    /// What became of it.
    public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// It is on its way.
        case sending
        /// It was delivered.
        case sent
        /// The platform refused it.
        case failed
        /// The process ended before the platform said anything: it may be there or not, and is not sent again.
        case doubtful
    }

    /// Makes an entry.
    public init(
        lane: LaneID,
        draft: Int,
        contact: String,
        text: String,
        date: Date,
        isAutomatic: Bool,
        outcome: Outcome
    ) {
        self.lane = lane
        self.draft = draft
        self.contact = contact
        self.text = text
        self.date = date
        self.isAutomatic = isAutomatic
        self.outcome = outcome
    }
}
