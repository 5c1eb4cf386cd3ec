import FoundationEssentials
public import MartletConversation
public import MartletCore

/// Reads updates leniently: whatever comes has a meaning, and nothing that comes is fatal.
public struct UpdateReader: Sendable {
    private let identity: BotIdentity
    private var recentAlbums: [String] = []

    /// The kinds of update that the bot asks for.
    public static let allowedUpdates = ["message"]

    /// Kinds that are known and need no answer.
    private static let ignoredKinds: Set<String> = [
        "edited_message", "channel_post", "edited_channel_post", "my_chat_member", "chat_member",
    ]

    /// What a message may hold instead of text; anything else is a note of the platform's own, such as "joined".
    private static let contentKinds = [
        "photo", "voice", "video", "video_note", "audio", "document", "animation", "sticker", "location", "venue",
        "contact", "poll", "dice", "story", "game", "checklist", "paid_media", "invoice",
    ]

    /// Makes a reader for a bot.
    public init(identity: BotIdentity) {
        self.identity = identity
    }

    /// The meaning of an update, or nil where not even its number can be read.
    public mutating func read(_ update: JSONValue) -> ReceivedUpdate? {
        guard let number = update["update_id"]?.integer else { return nil }
        let id = EventID(bot: identity.id, update: number)
        if let message = update["message"] {
            return ReceivedUpdate(id: id, meaning: read(message, id) ?? .unreadable(bytes: update.serialized))
        }
        let kinds = (update.object ?? [:]).names.filter { $0 != "update_id" }
        if let kind = kinds.first, kinds.count == 1, Self.ignoredKinds.contains(kind) {
            return ReceivedUpdate(id: id, meaning: .ignored(reason: kind))
        }
        return ReceivedUpdate(id: id, meaning: .unreadable(bytes: update.serialized))
    }

    /// The meaning of a message, or nil where it is not one.
    private mutating func read(_ message: JSONValue, _ id: EventID) -> ReceivedUpdate.Meaning? {
        guard
            let messageID = message["message_id"]?.integer,
            let chat = message["chat"]?["id"]?.integer,
            let kind = message["chat"]?["type"]?.string,
            let date = message["date"]?.integer
        else { return nil }
        guard let from = message["from"], let user = from["id"]?.integer else { return .ignored(reason: "no sender") }
        guard from["is_bot"]?.bool != true else { return .ignored(reason: "from a bot") }
        guard kind == "private" || kind == "group" || kind == "supergroup" else {
            return .ignored(reason: "chat type")
        }
        guard let content = content(of: message, isPrivate: kind == "private") else {
            return .ignored(reason: "not for the bot")
        }
        // `message_thread_id` also numbers reply chains in groups without topics; those are no conversations apart.
        let isInTopic = message["is_topic_message"]?.bool == true
        let thread = isInTopic ? message["message_thread_id"]?.integer : nil
        return .event(
            InboundEvent(
                id: id,
                key: ConversationKey(bot: identity.id, chat: ChatID(chat), thread: thread.map { ThreadID($0) }),
                isPrivate: kind == "private",
                message: MessageID(messageID),
                sender: .init(
                    id: UserID(user),
                    name: from["first_name"]?.string ?? "",
                    languageCode: from["language_code"]?.string
                ),
                date: Date(timeIntervalSince1970: Double(date)),
                content: content
            )
        )
    }

    /// What is said to the bot, or nil where nothing is.
    private mutating func content(of message: JSONValue, isPrivate: Bool) -> InboundEvent.Content? {
        if let text = message["text"]?.string {
            let address = GroupAddress(identity: identity, message: message, text: text)
            return isPrivate || address.isAddressed ? .text(address.textWithoutMention) : nil
        }
        guard let kind = Self.contentKinds.first(where: { message[$0] != nil }) else { return nil }
        guard isPrivate || GroupAddress.isReply(message, to: identity) else { return nil }
        if let album = message["media_group_id"]?.string {
            // Ten photos sent together are one message to a person, and get one remark.
            guard !recentAlbums.contains(album) else { return nil }
            recentAlbums = recentAlbums.suffix(63) + [album]
        }
        return .unsupported(kind: kind)
    }
}
