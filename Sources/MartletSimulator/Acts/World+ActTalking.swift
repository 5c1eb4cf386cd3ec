import MartletCore

extension World {
    /// A message of a person with where it goes.
    private mutating func post(_ content: JSONObject, _ act: ActReader) throws(SimulatorActError) -> MessageRecord {
        let user = try person(act)
        if let connection = act["business_connection_id"]?.string {
            return try postBusiness(content, by: user, connection, act)
        }
        let group = try groupNumber(act, of: user)
        if let group, chats[group]?.kind == .channel { return try postToChannel(content, by: user, group) }
        let chat = group ?? user.id
        let (replyTo, quote) = try reply(act, in: chat)
        if let thread = act["message_thread_id"]?.integer, let group, chats[group]?.isForum == true {
            guard chats[group]?.topics.contains(where: { $0.thread == thread }) == true else {
                throw SimulatorActError("chat \(group) has no topic \(thread); \"addTopic\" makes one")
            }
        }
        if group == nil, chats[chat]?.isBlocked == true { setBlocked(false, chat: chat) }
        return post(
            content.merging(quote),
            from: user,
            group: group,
            thread: act["message_thread_id"]?.integer,
            // In a topic everything replies to the message that made the topic, unless it replies to another.
            replyTo: replyTo ?? group.flatMap { topicRoot(act, in: $0) }
        )
    }

    private func topicRoot(_ act: ActReader, in group: Int64) -> Int64? {
        guard let thread = act["message_thread_id"]?.integer, chats[group]?.isForum == true else { return nil }
        return message(thread, in: group)?.id
    }

    /// A message in a chat of a connection's owner: by a contact, or by the owner to the contact `chat_id`.
    private mutating func postBusiness(
        _ content: JSONObject,
        by user: SimulatedUser,
        _ id: String,
        _ act: ActReader
    ) throws(SimulatorActError) -> MessageRecord {
        guard let connection = connections[id] else {
            throw SimulatorActError("there is no connection \"\(id)\"; \"connect\" makes one")
        }
        let contact = user.id == connection.owner ? try act.integer("chat_id") : user.id
        guard contact != connection.owner, let other = users[contact] else {
            throw SimulatorActError("\"chat_id\" is the contact's number where the owner writes")
        }
        _ = privateChat(of: other)
        let (replyTo, quote) = try reply(act, in: contact)
        let message = add(
            content.merging(quote),
            by: .user(user.id),
            to: contact,
            replyTo: replyTo,
            connection: id
        )
        if user.id == contact { markIncoming(id, contact) }
        if connection.isEnabled { tell(of: message) }
        return message
    }

    private mutating func markIncoming(_ connection: String, _ contact: Int64) {
        let date = now
        connections[connection]?.lastIncoming[contact] = date
    }

    private func reply(_ act: ActReader, in chat: Int64) throws(SimulatorActError) -> (Int64?, JSONObject) {
        guard let id = act["reply_to"]?.integer else { return (nil, [:]) }
        guard let original = message(id, in: chat) ?? whisper(id, in: chat) else {
            throw SimulatorActError("there is no message \(id) in chat \(chat) to reply to")
        }
        guard let quote = act["quote"]?.string else { return (id, [:]) }
        let text = original.versions.last ?? ""
        guard let range = text.firstRange(of: quote) else {
            throw SimulatorActError("message \(id) does not say that quote")
        }
        let position = text.utf16.distance(from: text.startIndex, to: range.lowerBound)
        return (id, ["quote": ["text": .string(quote), "position": .integer(Int64(position)), "is_manual": true]])
    }

    /// A text as a messenger sends it: trimmed, with what it marks by itself.
    private func content(_ text: String, _ given: [JSONValue] = []) throws(SimulatorActError) -> JSONObject {
        let marked: [FormattedText.Entity]
        do throws(Refusal) {
            marked = try EntityRules.read(given)
            try EntityRules.check(FormattedText(text: text, entities: marked))
        } catch {
            throw SimulatorActError(error.description)
        }
        let formatted = FormattedText(text: text, entities: marked).trimmed
        guard !formatted.text.isEmpty else { throw SimulatorActError("an empty text cannot be sent") }
        guard formatted.utf16Count <= TextRules.maximumLength else {
            throw SimulatorActError("a message is at most 4096 UTF-16 units long; \"paste\" cuts longer texts")
        }
        let found = AutomaticEntities.find(in: formatted.text, besides: formatted.entities)
        let entities = (formatted.entities + found).sorted { $0.offset < $1.offset }
        return Self.content(
            of: FormattedText(text: formatted.text, entities: entities),
            text: "text",
            entities: "entities"
        )
    }

    mutating func say(_ act: ActReader) throws(SimulatorActError) -> MessageRecord {
        try post(try content(try act.text("text"), act["entities"]?.array ?? []), act)
    }

    mutating func paste(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        var rest = Array(try act.text("text").utf16)
        var messages: [JSONValue] = []
        while !rest.isEmpty {
            var count = min(rest.count, TextRules.maximumLength)
            if count < rest.count, UTF16.isTrailSurrogate(rest[count]) { count -= 1 }
            let piece = String(decoding: rest.prefix(count), as: UTF16.self)
            rest.removeFirst(count)
            if piece.trimmingWhitespace().isEmpty { continue }
            messages.append(pageJSON(of: try post(try content(piece), act)))
        }
        guard !messages.isEmpty else { throw SimulatorActError("an empty text cannot be sent") }
        return ["messages": .array(messages)]
    }

    mutating func send(_ act: ActReader) throws(SimulatorActError) -> MessageRecord {
        try post(try media(act.members, act.name), act)
    }

    mutating func album(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let items = try act.list("items")
        guard (2...10).contains(items.count) else { throw SimulatorActError("an album has 2 to 10 items") }
        let group = "album\(journal.last)"
        var contents: [JSONObject] = []
        for item in items {
            contents.append(try media(item.object ?? [:], act.name).merging(["media_group_id": .string(group)]))
        }
        var messages: [JSONValue] = []
        for content in contents { messages.append(pageJSON(of: try post(content, act))) }
        return ["messages": .array(messages)]
    }

    private mutating func media(_ item: JSONObject, _ act: String) throws(SimulatorActError) -> JSONObject {
        let kinds = Self.media.subtracting(["contact", "poll", "dice", "venue"])
        let kind = item["kind"]?.string ?? "photo"
        guard kinds.contains(kind) else {
            throw SimulatorActError("\"\(act)\" knows no kind \"\(kind)\"" + NearestName.suggestion(kind, in: kinds))
        }
        var content: JSONObject
        if kind == "location" {
            content = ["location": ["latitude": item["latitude"] ?? 38.42, "longitude": item["longitude"] ?? 27.14]]
        } else {
            let given = item["file"]
            let bytes = given?["base64"]?.string.flatMap { Base64.decode($0) }
            guard given == nil || bytes != nil else { throw SimulatorActError("the file's \"base64\" is not base64") }
            let file = files.add(
                bytes ?? Array("a simulated \(kind)".utf8),
                name: given?["name"]?.string ?? kind,
                contentType: given?["mime_type"]?.string ?? "application/octet-stream",
                folder: kind + "s"
            )
            content = [kind: Self.media(kind, file)]
        }
        if let caption = item["caption"]?.string, !caption.isEmpty {
            guard caption.utf16.count <= TextRules.maximumCaptionLength else {
                throw SimulatorActError("a caption is at most 1024 UTF-16 units long")
            }
            content["caption"] = .string(caption)
            let found = AutomaticEntities.find(in: caption, besides: [])
            if !found.isEmpty { content["caption_entities"] = .array(found.map(\.json)) }
        }
        return content
    }

    mutating func forward(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        var contents: [JSONObject] = []
        for reference in try act.list("messages") {
            guard let id = reference["message_id"]?.integer, let chat = reference["chat_id"]?.integer,
                let original = message(id, in: chat)
            else { throw SimulatorActError("there is no such message to forward; name its chat_id and message_id") }
            var content: JSONObject = [:]
            for name in ["text", "entities", "caption", "caption_entities"] + Self.media.sorted() {
                if let value = original.json[name] { content[name] = value }
            }
            content["forward_origin"] =
                original.json["forward_origin"]
                ?? [
                    "type": "user", "sender_user": original.json["from"] ?? .null,
                    "date": .integer(original.date.whole),
                ]
            contents.append(content)
        }
        guard !contents.isEmpty else { throw SimulatorActError("\"forward\" needs messages") }
        var messages: [JSONValue] = []
        for content in contents { messages.append(pageJSON(of: try post(content, act))) }
        return ["messages": .array(messages)]
    }

    mutating func edit(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let chat = act["chat_id"]?.integer ?? user.id
        let id = try act.integer("message_id")
        guard var message = message(id, in: chat), message.sender == user.id else {
            throw SimulatorActError("\(user.name) has no message \(id) in chat \(chat)")
        }
        let content = try content(try act.text("text"))
        if message.json["text"] == nil {
            message.json["caption"] = content["text"]
            message.json["caption_entities"] = content["entities"]
        } else {
            message.json["text"] = content["text"]
            message.json["entities"] = content["entities"]
        }
        message.json["edit_date"] = .integer(now.whole)
        message.versions.append(content["text"]?.string ?? "")
        store(message)
        tell(of: message, isEdit: true)
        return ["message": pageJSON(of: message)]
    }

    /// Deletes anything in a private chat and one's own elsewhere; bots are told only in chats of a connection.
    mutating func deleteByUser(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let chat = act["chat_id"]?.integer ?? user.id
        var business: [String: [JSONValue]] = [:]
        for id in try act.list("message_ids").compactMap(\.integer) {
            guard let message = message(id, in: chat) else {
                throw SimulatorActError("there is no message \(id) in chat \(chat)")
            }
            let status = chats[chat]?.status(of: user.id)
            // In a private chat both delete for both, an owner in the chats of their account too.
            let connection = message.json["business_connection_id"]?.string
            let isOwner = connection.flatMap { connections[$0]?.owner } == user.id
            guard
                message.sender == user.id || chat == user.id || isOwner || status == .creator
                    || status == .administrator
            else {
                throw SimulatorActError("\(user.name) may not delete message \(id)")
            }
            delete(id, in: chat, by: user.id)
            if let connection = message.json["business_connection_id"]?.string {
                business[connection, default: []].append(.integer(id))
            }
        }
        for (connection, ids) in business {
            tell(
                "deleted_business_messages",
                [
                    "business_connection_id": .string(connection), "chat": chats[chat]?.shortJSON ?? .null,
                    "message_ids": .array(ids),
                ]
            )
        }
        return [:]
    }
}
