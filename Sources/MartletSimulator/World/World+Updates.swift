import MartletCore

extension World {
    /// Puts an update on its way to the bot.
    /// - Returns: Its number.
    @discardableResult
    mutating func tell(_ kind: String, _ content: JSONValue) -> Int64 {
        updates.append(kind: kind, content: content, now: now)
    }

    /// Tells the bot of a person's message, as far as it may see it.
    mutating func tell(of message: MessageRecord, isEdit: Bool = false) {
        if message.json["business_connection_id"] != nil {
            tell(isEdit ? "edited_business_message" : "business_message", json(of: message))
            return
        }
        guard isVisibleToBot(message) else { return }
        let kind = chats[message.chat]?.kind == .channel ? "channel_post" : "message"
        tell(isEdit ? "edited_" + kind : kind, json(of: message))
    }

    /// Whether the bot is shown a person's message, with privacy mode as it is.
    func isVisibleToBot(_ message: MessageRecord) -> Bool {
        guard let chat = chats[message.chat], chat.isBotPresent else { return false }
        if message.receiver == bot.id { return true }
        guard chat.kind.isGroup, !bot.readsAllGroupMessages, !chat.isBotAdministrator else { return true }
        let isService = !message.json.names.contains { ["text", "caption"].contains($0) || Self.media.contains($0) }
        return isService || isMeantForBot(message)
    }

    static let media: Set<String> = [
        "photo", "document", "voice", "sticker", "location", "audio", "video", "video_note", "animation", "contact",
        "poll",
        "dice", "venue",
    ]

    private func isMeantForBot(_ message: MessageRecord) -> Bool {
        if let replyTo = message.replyTo, self.message(replyTo, in: message.chat)?.isByBot == true { return true }
        if message.json["via_bot"]?["id"]?.integer == bot.id { return true }
        let text = message.json["text"]?.string ?? message.json["caption"]?.string ?? ""
        let entities = message.json["entities"]?.array ?? message.json["caption_entities"]?.array ?? []
        for entity in entities {
            guard let type = entity["type"]?.string, let offset = entity["offset"]?.integer,
                let length = entity["length"]?.integer
            else { continue }
            let range = FormattedText.Entity(type: type, offset: Int(clamping: offset), length: Int(clamping: length))
            guard let marked = FormattedText(text: text).text(of: range) else { continue }
            switch type {
            case "bot_command":
                // There is one bot in this world, so a bare command is its own.
                let pieces = marked.split(separator: "@")
                if pieces.count < 2 || pieces[1].lowercased() == bot.username.lowercased() { return true }
            case "mention":
                if marked.lowercased() == "@" + bot.username.lowercased() { return true }
            case "text_mention":
                if entity["user"]?["id"]?.integer == bot.id { return true }
            default: break
            }
        }
        return false
    }

    /// Tells the bot that its own place in a chat has changed.
    mutating func tellMembership(in chat: Int64, from old: JSONValue, by user: Int64) {
        guard let record = chats[chat] else { return }
        tell(
            "my_chat_member",
            [
                "chat": record.shortJSON, "from": users[user]?.json ?? ["id": .integer(user)],
                "date": .integer(now.whole), "old_chat_member": old, "new_chat_member": botMember(in: record),
            ]
        )
    }

    /// Telegram's `ChatMember` for the bot.
    func botMember(in chat: ChatRecord) -> JSONValue {
        let status: MemberStatus =
            chat.kind == .private ? (chat.isBlocked ? .kicked : .member) : chat.botStatus
        return member(.object(bot.json), status, rights: chat.botRights)
    }

    /// Telegram's `ChatMember`.
    func member(_ user: JSONValue, _ status: MemberStatus, rights: Set<String> = []) -> JSONValue {
        var json: JSONObject = ["user": user, "status": .string(status.rawValue)]
        switch status {
        case .administrator:
            json["can_be_edited"] = false
            json["is_anonymous"] = false
            for right in AdministratorRight.all { json[right] = .bool(rights.contains(right)) }
        case .creator: json["is_anonymous"] = false
        case .kicked: json["until_date"] = 0
        case .member, .left: break
        }
        return .object(json)
    }
}
