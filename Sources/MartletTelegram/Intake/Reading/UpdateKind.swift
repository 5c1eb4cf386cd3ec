/// The kinds of update that mean something to the bot, by the platform's words for them.
enum UpdateKind: String, CaseIterable {
    /// Somebody said something.
    case message
    /// Somebody changed what they said.
    case editedMessage = "edited_message"
    /// A button under one of the bot's messages was pressed.
    case callbackQuery = "callback_query"
    /// The platform's own button to stop a growing reply was pressed.
    case stoppedMessageGeneration = "stopped_message_generation"
    /// The bot was added, removed, or has other rights.
    case myChatMember = "my_chat_member"
    /// Somebody lets the bot answer in their name, or no longer does.
    case businessConnection = "business_connection"
    /// Something was said in a chat of such a person.
    case businessMessage = "business_message"
    /// Something that was said there was changed.
    case editedBusinessMessage = "edited_business_message"
    /// Messages were deleted there.
    case deletedBusinessMessages = "deleted_business_messages"
    /// Somebody asks from the line where they write.
    case inlineQuery = "inline_query"
    /// Somebody asks in a chat that the bot is not in.
    case guestMessage = "guest_message"

    /// Kinds that are known and need nothing done.
    static let ignored: Set<String> = [
        "channel_post", "edited_channel_post", "message_reaction", "message_reaction_count",
        "chosen_inline_result", "shipping_query", "pre_checkout_query",
        "purchased_paid_media", "poll", "poll_answer", "chat_member", "chat_join_request", "chat_boost",
        "removed_chat_boost", "managed_bot", "subscription",
    ]

    /// Whether a member of an update is its kind.
    static func isKnown(_ name: String) -> Bool { UpdateKind(rawValue: name) != nil || ignored.contains(name) }
}

extension UpdateReader {
    /// The kinds of update that the bot asks for; a kind that is not named here never comes.
    public static let allowedUpdates = UpdateKind.allCases.map(\.rawValue)
}
