public import FoundationEssentials

/// What happens to a lane.
public enum LaneInput: Sendable, Hashable {
    /// The contact wrote; `isReadable` is false where there is something that only people can look at.
    case contactSaid(SaidMessage, from: LaneContact, event: EventID, isReadable: Bool)
    /// The contact changed a message.
    case contactEdited(SaidMessage, event: EventID)
    /// The owner's account wrote: the owner, or the echo of what was sent in their name.
    case ownerSpoke(SaidMessage, event: EventID)
    /// The bot's own message came back from the platform.
    case echoed(SaidMessage, event: EventID)
    /// The owner pressed a button under a draft; `message` has the button.
    case pressed(DraftButton, draft: Int, message: MessageID)
    /// The owner answered a draft's message with words of their own.
    case ownerWrote(String, answering: MessageID, event: EventID)
    /// Time went by.
    case tick
    /// The model wrote an answer in the round.
    case written(String, round: Int)
    /// The model could not.
    case notWritten(round: Int)
    /// The model may not be asked; the owner is told why, where there are words for it.
    case notAllowed(String?, round: Int)
    /// The owner sees the draft.
    case shown(MessageID, draft: Int)
    /// The owner cannot be shown the draft.
    case notShown(draft: Int)
    /// The draft is about to be handed to the platform, now or never again.
    case sendBegins(draft: Int)
    /// The platform delivered the draft.
    case sent(MessageID, draft: Int)
    /// The platform refused the draft.
    case notSent(draft: Int)
    /// The process ended after the draft was handed over and before the platform said anything.
    case sendInDoubt(draft: Int)
    /// A chore is done, or can never be.
    case choreEnded(Int)
    /// The owner chose a mode for this contact; nil follows the default.
    case chosen(SecretaryMode?)
    /// The owner paused this contact, or ended the pause.
    case paused(Bool)
    /// The owner took the bot out of their chats.
    case disconnected
}

/// Who a contact is.
public struct LaneContact: Sendable, Hashable {
    /// The name that others see.
    public var name: String
    /// Their interface language, as a code.
    public var languageCode: String?

    /// Makes a contact; a longer name is cut.
    public init(name: String, languageCode: String? = nil) {
        self.name = String(name.prefix(64))
        self.languageCode = languageCode
    }
}

/// A button under a draft.
public enum DraftButton: String, Sendable, Hashable, Codable, CaseIterable {
    case send, edit, discard
}

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

    /// Makes a draft.
    public init(number: Int, text: String) {
        self.number = number
        self.text = text
    }
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
        /// A draft's message says how the draft stands.
        case change(MessageID, text: String, to: DraftState)
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

/// What else a step of a lane leaves behind, stored with the lane or not at all.
public enum LaneRecord: Sendable, Hashable {
    /// A message in the chat.
    case said(SaidMessage)
    /// A message that has other words now.
    case edited(MessageID, String)
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
}

/// What a step of a lane comes to.
public struct LaneStep: Sendable, Hashable {
    /// What is stored together with the lane.
    public var records: [LaneRecord] = []
    /// What whoever caused the step is told.
    public var answer: LaneAnswer?

    /// A step that leaves nothing behind.
    public init() {}
}

/// What a lane has to know of the world for a step.
public struct LaneRules: Sendable {
    /// What is done for contacts for whom nothing was chosen.
    public var defaultMode: SecretaryMode
    /// Whether anything can be sent in the owner's name.
    public var canReply: Bool
    /// Automatic answers to this contact in the last 24 hours.
    public var automaticCount: Int
    /// Automatic answers of this owner in the last 24 hours.
    public var ownerAutomaticCount: Int
    /// The settings.
    public var settings: SecretarySettings
    /// A random number in 0..<1.
    public var chance: Double

    /// Makes rules.
    public init(
        defaultMode: SecretaryMode,
        canReply: Bool,
        automaticCount: Int = 0,
        ownerAutomaticCount: Int = 0,
        settings: SecretarySettings,
        chance: Double
    ) {
        self.defaultMode = defaultMode
        self.canReply = canReply
        self.automaticCount = automaticCount
        self.ownerAutomaticCount = ownerAutomaticCount
        self.settings = settings
        self.chance = chance
    }

    var isOverLimit: Bool {
        automaticCount >= settings.dailyLimitPerContact || ownerAutomaticCount >= settings.dailyLimit
    }
}
