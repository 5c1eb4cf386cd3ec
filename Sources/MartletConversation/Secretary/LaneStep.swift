public import FoundationEssentials

/// What a step of a lane comes to.
public struct LaneStep: Sendable, Hashable {
    /// What is stored together with the lane.
    public var records: [LaneRecord] = []
    /// What whoever caused the step is told.
    public var answer: LaneAnswer?

    /// A step that leaves nothing behind.
    public init() {}
}

/// What else a step of a lane leaves behind, stored with the lane or not at all.
public enum LaneRecord: Sendable, Hashable {
    /// A message in the chat.
    case said(SaidMessage)
    /// A message that has other words now.
    case edited(MessageID, String)
    /// Messages that were deleted.
    case unsaid([MessageID])
    /// A draft that is sent from now on; a second claim of its number fails.
    case claimed(LaneDraft, at: Date, isAutomatic: Bool)
    /// What became of it.
    case settled(draft: Int, SentMessage.Outcome)
    /// Everything that was said here is forgotten.
    case forgotten
    /// A message of the owner's private chat shows a draft of this lane.
    case shown(MessageID, at: Date)
}

/// What a lane answers to whoever caused a step.
public enum LaneAnswer: Sendable, Hashable {
    /// The draft is being sent.
    case sending
    /// It was sent before, or is being sent.
    case alreadySent
    /// It is not the current one any more.
    case outdated
    /// It was dropped.
    case discarded
    /// The owner's words are waited for.
    case editing
    /// Nothing may be sent in the owner's name.
    case notPermitted
    /// The contact's last message is too old.
    case tooLate
    /// Something else is on its way at the moment.
    case busy
    /// The send may go on.
    case mayBegin
    /// The contact is to see that somebody types.
    case typing
}
