/// What happens to a lane.
public enum LaneInput: Sendable, Hashable {
    /// The contact wrote; `isReadable` is false where there is something that only people can look at.
    case contactSaid(SaidMessage, from: LaneContact, event: EventID, isReadable: Bool)
    /// The contact changed a message.
    case contactEdited(SaidMessage, event: EventID)
    /// Messages in the chat were deleted, whoever wrote them.
    case unsaid([MessageID], event: EventID)
    /// The owner changed a message of theirs.
    case ownerEdited(SaidMessage, event: EventID)
    /// The owner's account wrote: the owner, or the echo of what was sent in their name.
    case ownerSpoke(SaidMessage, event: EventID)
    /// The bot's own message came back from the platform.
    case echoed(SaidMessage, event: EventID)
    /// The owner pressed a button under a draft; `message` has the button.
    case pressed(DraftButton, draft: Int, message: MessageID)
    /// The owner answered a draft's message with words of their own.
    case ownerWrote(String, marks: [TextMark], answering: MessageID, event: EventID)
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
