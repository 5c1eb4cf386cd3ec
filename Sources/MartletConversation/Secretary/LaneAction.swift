/// What a lane asks to be done next; the same again after a restart, until its input says that it was done.
public enum LaneAction: Sendable, Hashable {
    /// The owner is shown something; once more does no harm.
    case chore(LaneChore)
    /// The model is asked; ends in `written`, `notWritten` or `notAllowed`.
    case write(round: Int)
    /// The draft is shown to the owner with its buttons; ends in `shown` or `notShown`.
    case show(LaneDraft)
    /// The draft is sent in the owner's name, after `sendBegins` was accepted; ends in `sent` or `notSent`.
    case send(LaneDraft)
    /// The draft was handed over by a process that has ended since; ends in `sendInDoubt`.
    case doubt(LaneDraft)
}

/// An answer that may be sent; its number is used once in its lane.
public struct LaneDraft: Sendable, Hashable, Codable {
    /// Its number.
    public var number: Int
    /// What it says.
    public var text: String
    /// The marks of words that the owner typed, which are sent exactly so; nil for what a model wrote, which is read as Markdown.
    public var marks: [TextMark]?

    /// Makes a draft.
    public init(number: Int, text: String, marks: [TextMark]? = nil) {
        self.number = number
        self.text = text
        self.marks = marks
    }

    /// What it says, as it looks when it is sent.
    public var words: Wording { Wording(text, marks: marks) }
}

/// Something that the owner is to see.
public struct LaneChore: Sendable, Hashable, Codable {
    /// Its number in the lane.
    public var number: Int
    /// What it is.
    public var kind: Kind

    /// Makes a chore.
    public init(number: Int, kind: Kind) {
        self.number = number
        self.kind = kind
    }

    /// What a chore is.
    public enum Kind: Sendable, Hashable, Codable {
        /// A draft's message says how the draft stands; the text and its marks are the draft's.
        case change(MessageID, text: String, marks: [TextMark]? = nil, to: DraftState)
        /// The owner is told something.
        case tell(LaneNotice)
    }
}

/// How a draft stands, as its message says it.
public enum DraftState: String, Sendable, Hashable, Codable, CaseIterable {
    /// The owner was asked to answer with their own words.
    case editing
    /// It was delivered.
    case sent
    /// It could not be delivered.
    case failed
    /// Nobody knows whether it was delivered.
    case doubtful
    /// The owner does not want it.
    case discarded
    /// There is something newer.
    case outdated
    /// What it answers was deleted.
    case withdrawn
}

/// Something about a contact that the owner has to know.
public enum LaneNotice: Sendable, Hashable, Codable {
    /// Nothing could be written for the contact.
    case notWritten
    /// Too many answers went out without a word of the owner.
    case loopCut
    /// An answer could not be delivered.
    case notSent(String)
    /// An answer may have been delivered or not.
    case doubtful(String)
    /// The model may not be asked, for the reason given.
    case notAllowed(String)
}
