import MartletCore

extension World {
    private static let notModified = Refusal.badRequest(
        "message is not modified: specified new message content and reply markup are exactly the same as a current content and "
            + "reply markup of the message"
    )

    mutating func editMessageText(_ call: MethodCall) throws(Refusal) -> JSONValue {
        if let inline = call["inline_message_id"]?.string { return try editInline(call, inline) }
        let target = try target(call)
        var content: JSONObject
        if call["rich_message"] != nil {
            let rich = try RichMessageRules.read(call)
            content = ["rich_message": rich, "text": .string(RichMessageRules.plainText(of: rich))]
        } else {
            let formatted = try TextRules.read(call, "text")
            guard !formatted.text.isEmpty else { throw .badRequest("message text is empty") }
            guard formatted.utf16Count <= TextRules.maximumLength else { throw .badRequest("message is too long") }
            content = Self.content(of: formatted, text: "text", entities: "entities")
        }
        let keyboard = try KeyboardRules.read(call, isInlineOnly: true)
        var message = try editable(call, target)
        guard message.json["text"] != nil else { throw .badRequest("there is no text in the message to edit") }
        if let keyboard { content["reply_markup"] = keyboard }
        let members = ["text", "entities", "rich_message", "reply_markup"]
        let isSame = members.allSatisfy { message.json[$0] == content[$0] }
        guard !isSame else { throw Self.notModified }
        try checkRate(call, chat: target.chat)
        for name in members { message.json[name] = content[name] }
        let text = content["text"]?.string ?? ""
        message.versions = Array(message.versions.suffix(499))
        message.versions.append(text)
        return finish(&message)
    }

    mutating func editMessageCaption(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        let caption = try TextRules.read(call, "caption", entities: "caption_entities")
        guard caption.utf16Count <= TextRules.maximumCaptionLength else {
            throw .badRequest("message caption is too long")
        }
        let keyboard = try KeyboardRules.read(call, isInlineOnly: true)
        var message = try editable(call, target)
        guard message.json["text"] == nil else { throw .badRequest("there is no caption in the message to edit") }
        var content = Self.content(of: caption, text: "caption", entities: "caption_entities")
        if let keyboard { content["reply_markup"] = keyboard }
        let members = ["caption", "caption_entities", "reply_markup"]
        guard members.contains(where: { message.json[$0] != content[$0] }) else { throw Self.notModified }
        try checkRate(call, chat: target.chat)
        for name in members { message.json[name] = content[name] }
        message.versions.append(caption.text)
        return finish(&message)
    }

    mutating func editMessageReplyMarkup(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        let keyboard = try KeyboardRules.read(call, isInlineOnly: true)
        var message = try editable(call, target)
        guard message.json["reply_markup"] != keyboard else { throw Self.notModified }
        try checkRate(call, chat: target.chat)
        message.json["reply_markup"] = keyboard
        return finish(&message)
    }

    private mutating func finish(_ message: inout MessageRecord) -> JSONValue {
        message.json["edit_date"] = .integer(now.whole)
        store(message)
        shown.append(.edited(message.simulated))
        return json(of: message)
    }

    private func editable(_ call: MethodCall, _ target: Target) throws(Refusal) -> MessageRecord {
        guard let id = call["message_id"]?.integer, id != 0 else {
            throw .badRequest("message identifier is not specified")
        }
        guard let message = message(id, in: target.chat) else { throw .badRequest("message to edit not found") }
        guard message.isByBot, message.json["business_connection_id"]?.string == target.connection else {
            throw .badRequest("message can't be edited")
        }
        return message
    }

    /// A message that was sent through inline mode or guest mode, which the bot knows only by a word.
    private mutating func editInline(_ call: MethodCall, _ id: String) throws(Refusal) -> JSONValue {
        let pieces = id.split(separator: ".").compactMap { Int64($0) }
        guard pieces.count == 2, var message = message(pieces[1], in: pieces[0]) else {
            throw .badRequest("MESSAGE_ID_INVALID")
        }
        let formatted = try TextRules.read(call, "text")
        guard !formatted.text.isEmpty else { throw .badRequest("message text is empty") }
        guard formatted.utf16Count <= TextRules.maximumLength else { throw .badRequest("message is too long") }
        let content = Self.content(of: formatted, text: "text", entities: "entities")
        guard ["text", "entities"].contains(where: { message.json[$0] != content[$0] }) else { throw Self.notModified }
        message.json["entities"] = nil
        message.json.merge(content)
        message.json["reply_markup"] = try KeyboardRules.read(call, isInlineOnly: true)
        message.versions.append(formatted.text)
        _ = finish(&message)
        return true
    }

    // MARK: Deleting

    mutating func deleteMessage(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        guard let id = call["message_id"]?.integer, id != 0 else {
            throw .badRequest("message identifier is not specified")
        }
        guard let message = message(id, in: target.chat) else { throw .badRequest("message to delete not found") }
        guard mayDelete(message) else { throw .badRequest("message can't be deleted") }
        delete(id, in: target.chat, by: nil)
        return true
    }

    /// What is gone already is passed over, as the server does.
    mutating func deleteMessages(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        let list = try call.structured("message_ids", "can't parse message identifiers JSON array")
        guard let ids = list?.array?.compactMap(\.integer), !ids.isEmpty else {
            throw .badRequest("message identifiers are not specified")
        }
        guard ids.count <= 100 else { throw .badRequest("too many message identifiers specified") }
        for id in ids {
            guard let message = message(id, in: target.chat) else { continue }
            guard mayDelete(message) else { throw .badRequest("message can't be deleted") }
        }
        for id in ids { delete(id, in: target.chat, by: nil) }
        return true
    }

    /// The bot's own, everybody's in private chats, and with the right everybody's elsewhere, for 48 hours.
    private func mayDelete(_ message: MessageRecord) -> Bool {
        guard now - message.date < .seconds(48 * 3600), let chat = chats[message.chat] else { return false }
        return message.isByBot || chat.kind == .private || chat.botRights.contains("can_delete_messages")
    }
}
