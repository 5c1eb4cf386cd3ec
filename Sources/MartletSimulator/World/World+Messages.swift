import MartletCore

/// Who says a message.
enum MessageAuthor: Sendable, Hashable {
    case bot
    case user(Int64)
}

extension World {
    /// Puts a message in a chat and tells the pages.
    mutating func add(
        _ content: JSONObject,
        by author: MessageAuthor,
        to chat: Int64,
        thread: Int64? = nil,
        replyTo: Int64? = nil,
        connection: String? = nil,
        receiver: Int64? = nil
    ) -> MessageRecord {
        let id = takeMessageNumber(in: chat)
        var json: JSONObject = ["message_id": .integer(id)]
        if let thread {
            json["message_thread_id"] = .integer(thread)
            json["is_topic_message"] = true
        }
        if let connection { json["business_connection_id"] = .string(connection) }
        var sender: Int64?
        switch author {
        case .bot:
            if chats[chat]?.kind == .channel {
                json["sender_chat"] = chats[chat]?.shortJSON ?? .null
            } else if let connection, let owner = connections[connection]?.owner {
                json["from"] = users[owner]?.json ?? ["id": .integer(owner)]
                json["sender_business_bot"] = .object(bot.json)
            } else {
                json["from"] = .object(bot.json)
            }
        case .user(let user) where chats[chat]?.kind == .channel:
            // In a channel nobody speaks but the channel.
            json["sender_chat"] = chats[chat]?.shortJSON ?? .null
            sender = user
        case .user(let user):
            json["from"] = users[user]?.json ?? ["id": .integer(user)]
            sender = user
        }
        json["chat"] = chats[chat]?.shortJSON ?? ["id": .integer(chat)]
        json["date"] = .integer(now.whole)
        json.merge(content)
        if let receiver {
            json["ephemeral_message_id"] = .integer(id)
            json["receiver_user"] =
                receiver == bot.id ? .object(bot.json) : users[receiver]?.json ?? ["id": .integer(receiver)]
        }
        var message = MessageRecord(
            id: id,
            chat: chat,
            json: json,
            versions: [content["text"]?.string ?? content["caption"]?.string ?? ""],
            sender: sender,
            date: now,
            replyTo: replyTo
        )
        message.receiver = receiver
        store(message, isNew: true)
        if author == .bot {
            endDrafts(in: chat, thread: thread)
            shown.append(.sent(message.simulated))
        }
        return message
    }

    private mutating func takeMessageNumber(in chat: Int64) -> Int64 {
        guard let own = chats[chat]?.nextMessage else {
            nextMessage += 1
            return nextMessage - 1
        }
        chats[chat]?.nextMessage = own + 1
        return own
    }

    /// How many messages of a chat are remembered.
    private static var messageLimit: Int { 20_000 }

    mutating func store(_ message: MessageRecord, isNew: Bool = false) {
        chats[message.chat]?.messages[message.id] = message
        if isNew {
            chats[message.chat]?.order.append(message.id)
            if let order = chats[message.chat]?.order, order.count >= 2 * Self.messageLimit {
                for old in order.prefix(Self.messageLimit) { chats[message.chat]?.messages[old] = nil }
                chats[message.chat]?.order.removeFirst(Self.messageLimit)
            }
        }
        journal.append("message", pageJSON(of: message))
    }

    /// A message that is there, not deleted, and everybody's to see.
    func message(_ id: Int64?, in chat: Int64) -> MessageRecord? {
        guard let id, let message = chats[chat]?.messages[id], message.deletion == nil, message.receiver == nil else {
            return nil
        }
        return message
    }

    /// A message that only one person sees, and that is not deleted.
    func whisper(_ id: Int64?, in chat: Int64) -> MessageRecord? {
        guard let id, let message = chats[chat]?.messages[id], message.deletion == nil, message.receiver != nil else {
            return nil
        }
        return message
    }

    /// Takes a message away; nil is done by the bot.
    mutating func delete(_ id: Int64, in chat: Int64, by user: Int64?) {
        guard var message = message(id, in: chat) ?? whisper(id, in: chat) else { return }
        message.deletion = (now, user)
        store(message)
        shown.append(.deleted(message.simulated))
    }

    /// Telegram's `Message`, with the message that it replies to, one level deep.
    func json(of message: MessageRecord) -> JSONValue {
        var json = message.json
        if message.receiver != nil { json["message_id"] = 0 }
        if let replyTo = message.replyTo {
            if let original = self.message(replyTo, in: message.chat) {
                json["reply_to_message"] = .object(original.json)
            } else if let original = whisper(replyTo, in: message.chat) {
                json["reply_to_message"] = .object(original.json.merging(["message_id": 0]))
            }
        }
        return .object(json)
    }

    /// A message as the interface shows it.
    func pageJSON(of message: MessageRecord) -> JSONValue {
        var json = json(of: message).object ?? [:]
        json["chat_id"] = .integer(message.chat)
        json["message_id"] = .integer(message.id)
        if !message.reactions.isEmpty {
            json["reactions"] = .array(
                message.reactions.map { ["user_id": .integer($0.user), "emoji": .string($0.emoji)] }
            )
        }
        json["versions"] = .array(message.versions.map { .string($0) })
        if let deletion = message.deletion {
            json["deleted"] = [
                "date": .number(deletion.date.seconds), "by": deletion.by.map { .integer($0) } ?? "bot",
            ]
        }
        return .object(json)
    }

    // MARK: Drafts

    /// Takes away drafts whose time is over.
    mutating func expireDrafts() {
        for draft in drafts.values where draft.expires <= now && !(draft.isStopped && draft.keepsOnStop) {
            end(draft)
        }
    }

    /// A message of the bot takes the place of its drafts.
    mutating func endDrafts(in chat: Int64, thread: Int64?) {
        for draft in drafts.values where draft.key.chat == chat && draft.key.thread == thread { end(draft) }
    }

    mutating func end(_ draft: DraftRecord) {
        drafts[draft.key] = nil
        journal.append("draft", draft.json(hasEnded: true))
    }
}
