import FoundationEssentials
import MartletConversation
import MartletCore

extension UpdateReader {
    /// The most UTF-16 code units that a message can have; clients cut longer texts a little before.
    private static let fullLength = 4000

    /// The meaning of a message of any kind, or nil where it is none.
    func message(_ message: JSONValue, as kind: UpdateKind, _ source: Source) -> ReceivedUpdate.Meaning? {
        guard let place = UpdatePlace(message, bot: identity.id) else { return nil }
        if kind == .message, let meaning = migration(message, place, source) { return meaning }
        let isBusiness = kind == .businessMessage || kind == .editedBusinessMessage
        if message["is_automatic_forward"]?.bool == true { return .ignored(reason: "from the linked channel") }
        if place.isDirectMessages { return .ignored(reason: "a channel's direct messages") }
        guard kind == .guestMessage || place.isConversational else { return .ignored(reason: "chat type") }
        let sender: InboundEvent.Sender
        switch MessageSender(message, isPrivate: place.isPrivate) {
        // What the bot said in somebody's name comes back as theirs; by its sender it is told from what they wrote themselves.
        case .person(let person) where isBusiness && isEcho(message):
            sender = .init(id: UserID(identity.id.rawValue), name: identity.name, languageCode: person.languageCode)
        case .person(let person): sender = person
        case .bot: return .ignored(reason: "from a bot")
        case .nobody: return .ignored(reason: "no sender")
        }
        // By whatever means an owner writes in their chats, they write.
        if message["via_bot"]?.object != nil, !isBusiness || sender.id.rawValue == place.key.chat.rawValue {
            return .ignored(reason: "by way of a bot")
        }
        var event = place.event(source, sender: sender, date: message.date("date"), content: .stop)
        event.quoted = QuotedMessage(message, identity: identity)
        event.bundle = Self.bundle(message)
        event.attachment = MessageWords.attachment(of: message)
        event.whisper = message["ephemeral_message_id"]?.integer.map { MessageID($0) }
        switch kind {
        case .businessMessage, .editedBusinessMessage:
            return business(message, isEdit: kind == .editedBusinessMessage, event)
        case .guestMessage: return guest(message, event)
        default: return conversation(message, isEdit: kind == .editedMessage, event)
        }
    }

    /// Whether a message in somebody's chat is what this bot sent there.
    private func isEcho(_ message: JSONValue) -> Bool {
        message["sender_business_bot"]?["id"]?.integer == identity.id.rawValue
    }

    /// A message in the bot's own chats.
    private func conversation(_ message: JSONValue, isEdit: Bool, _ event: InboundEvent) -> ReceivedUpdate.Meaning {
        var event = event
        if let words = MessageWords(message) {
            let address = address(message, words, isPrivate: event.isPrivate)
            event.addressing = address.addressing
            event.content = isEdit ? .edited(address.words) : .text(address.words)
            // An answer to one of the bot's messages may be a draft in its owner's words.
            if event.isPrivate, event.quoted?.isOurs == true {
                let marks = words.entities.compactMap { TextMark($0) }
                event.marks = marks.isEmpty ? nil : marks
            }
        } else if !isEdit, let kind = event.attachment {
            let isReply = GroupAddress.isReply(message, to: identity)
            event.addressing = event.isPrivate ? .privateChat : isReply ? .reply : InboundEvent.Addressing.none
            event.content = .unsupported(kind: kind)
        } else {
            return .ignored(reason: isEdit ? "an edit without words" : "a note of the platform's")
        }
        if isEdit { event.date = message.date("edit_date") ?? event.date }
        guard event.addressing != InboundEvent.Addressing.none || settings.keepsAmbientMessages else {
            return .ignored(reason: "not for the bot")
        }
        return .event(event)
    }

    /// A message in a chat of somebody in whose name the bot may answer.
    ///
    /// Such chats are private, and their number is the other person's: whatever comes from somebody else is the owner's own.
    private func business(_ message: JSONValue, isEdit: Bool, _ event: InboundEvent) -> ReceivedUpdate.Meaning? {
        guard let connection = message["business_connection_id"]?.string, !connection.isEmpty else { return nil }
        var event = event
        event.connection = ConnectionID(connection)
        event.key = ConversationKey(bot: identity.id, chat: event.key.chat, connection: event.connection)
        let isOwner = event.sender.id.rawValue != event.key.chat.rawValue
        let words = MessageWords(message)
        if isEdit {
            guard let words else { return .ignored(reason: "an edit without words") }
            event.content = .edited(words.text)
            event.date = message.date("edit_date") ?? event.date
        } else if isOwner {
            event.content = .ownerSpoke(words?.text ?? "")
        } else if let words {
            event.content = .text(words.text)
        } else if let kind = event.attachment {
            event.content = .unsupported(kind: kind)
        } else {
            return .ignored(reason: "a note of the platform's")
        }
        event.addressing = isOwner ? InboundEvent.Addressing.none : .privateChat
        return .event(event)
    }

    /// Messages that were deleted in a chat of somebody in whose name the bot may answer; it is not said by whom.
    func deletion(_ deletion: JSONValue, _ source: Source) -> ReceivedUpdate.Meaning? {
        guard let connection = deletion["business_connection_id"]?.string, !connection.isEmpty,
            let chat = deletion["chat"], let number = chat["id"]?.integer,
            let messages = deletion["message_ids"]?.array?.compactMap(\.integer), !messages.isEmpty
        else { return nil }
        let key = ConversationKey(bot: identity.id, chat: ChatID(number), connection: ConnectionID(connection))
        var event = UpdatePlace(chat, key, message: MessageID(messages[0])).event(
            source,
            sender: .init(id: UserID(number), name: MessageSender.name(of: chat)),
            date: nil,
            content: .deleted(messages.prefix(Self.deletionLimit).map { MessageID($0) })
        )
        event.connection = key.connection
        return .event(event)
    }

    /// How many deleted messages of an update count; the platform names no more.
    private static let deletionLimit = 100

    /// A question in a chat that the bot is not in.
    private func guest(_ message: JSONValue, _ event: InboundEvent) -> ReceivedUpdate.Meaning? {
        guard let query = message["guest_query_id"]?.string, !query.isEmpty else { return nil }
        guard let words = MessageWords(message) else { return .ignored(reason: "a guest's message without words") }
        var event = event
        // The chat may have the number of somebody's own chat with the bot; by the person the two stay apart.
        event.key = ConversationKey(bot: identity.id, chat: event.key.chat, user: event.sender.id)
        event.addressing = .mention
        event.content = .guestQuery(query: query, text: address(message, words, isPrivate: false).words)
        return .event(event)
    }

    /// A group that became another chat, told in the old chat and in the new one; both mean the same.
    private func migration(_ message: JSONValue, _ place: UpdatePlace, _ source: Source) -> ReceivedUpdate.Meaning? {
        let here = place.key.chat
        let chats: (old: ChatID, new: ChatID)
        if let new = message["migrate_to_chat_id"]?.integer {
            chats = (here, ChatID(new))
        } else if let old = message["migrate_from_chat_id"]?.integer {
            chats = (ChatID(old), here)
        } else {
            return nil
        }
        guard chats.old != chats.new else { return .ignored(reason: "a migration to itself") }
        var place = place
        place.key = ConversationKey(bot: identity.id, chat: chats.old)
        let sender =
            if case .person(let person) = MessageSender(message, isPrivate: false) { person } else {
                InboundEvent.Sender(id: UserID(chats.old.rawValue), name: place.title ?? "")
            }
        return .event(
            place.event(source, sender: sender, date: message.date("date"), content: .migrated(to: chats.new))
        )
    }

    private func address(_ message: JSONValue, _ words: MessageWords, isPrivate: Bool) -> GroupAddress {
        GroupAddress(
            identity: identity,
            names: settings.names,
            message: message,
            words: words,
            isPrivate: isPrivate
        )
    }

    /// What ties a message to its neighbours, or nil where nothing does.
    private static func bundle(_ message: JSONValue) -> MessageBundle? {
        let forward = ["forward_origin", "forward_date"].contains { (message[$0] ?? .null) != .null }
        let isFull = (message["text"]?.string?.utf16.count ?? 0) >= fullLength
        let album = message["media_group_id"]?.string
        guard album != nil || forward || isFull else { return nil }
        return MessageBundle(album: album, isForwarded: forward, isFull: isFull)
    }
}
