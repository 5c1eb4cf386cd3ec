import MartletCore

extension World {
    mutating func sendMessage(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        let formatted = try TextRules.read(call, "text")
        guard !formatted.text.isEmpty else { throw .badRequest("message text is empty") }
        guard formatted.utf16Count <= TextRules.maximumLength else { throw .badRequest("message is too long") }
        return try send(call, target, Self.content(of: formatted, text: "text", entities: "entities"))
    }

    mutating func sendRichMessage(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        let rich = try RichMessageRules.read(call)
        return try send(call, target, ["rich_message": rich, "text": .string(RichMessageRules.plainText(of: rich))])
    }

    /// `sendDocument`, `sendPhoto` and the others that carry one file.
    mutating func sendFile(_ call: MethodCall, kind: String) throws(Refusal) -> JSONValue {
        let target = try target(call)
        let caption = try TextRules.read(call, "caption", entities: "caption_entities")
        guard caption.utf16Count <= TextRules.maximumCaptionLength else {
            throw .badRequest("message caption is too long")
        }
        let file = try file(of: call, named: kind)
        var content: JSONObject = [kind: Self.media(kind, file)]
        content.merge(Self.content(of: caption, text: "caption", entities: "caption_entities"))
        return try send(call, target, content)
    }

    mutating func sendChatAction(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        let actions = [
            "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
            "choose_sticker", "find_location", "record_video_note", "upload_video_note",
        ]
        guard let action = call["action"]?.string, actions.contains(action) else {
            throw .badRequest("wrong parameter action in request")
        }
        var shownAction: JSONObject = ["chat_id": .integer(target.chat)]
        if let thread = call["message_thread_id"] { shownAction["message_thread_id"] = thread }
        if let connection = target.connection { shownAction["business_connection_id"] = .string(connection) }
        shownAction["action"] = .string(action)
        shownAction["until"] = .number((now + .seconds(5)).seconds)
        journal.append("action", .object(shownAction))
        shown.append(.typing(chat: target.chat))
        return true
    }

    private mutating func send(_ call: MethodCall, _ target: Target, _ content: JSONObject) throws(Refusal) -> JSONValue
    {
        try checkPosting(in: target.chat)
        let receiver = try receiver(call, in: target.chat)
        let (replyTo, quote) = try reply(call, in: target.chat)
        var content = content.merging(quote)
        if let keyboard = try KeyboardRules.read(call) {
            // Keyboards below the field are not part of the message that the server gives back.
            if keyboard["inline_keyboard"] != nil { content["reply_markup"] = keyboard }
        }
        try checkRate(call, chat: target.chat)
        let message = add(
            content,
            by: .bot,
            to: target.chat,
            thread: target.thread,
            replyTo: replyTo,
            connection: target.connection,
            receiver: receiver
        )
        forwardToGroup(message)
        return json(of: message)
    }

    /// Refuses where the bot may not write: muted in a group, or without the right to post in a channel.
    func checkPosting(in chat: Int64) throws(Refusal) {
        guard let record = chats[chat] else { return }
        if record.kind == .channel, !record.botRights.contains("can_post_messages") {
            throw .badRequest("need administrator rights in the channel chat")
        }
        guard record.canBotSend || record.isBotAdministrator else {
            throw .badRequest("not enough rights to send text messages to the chat")
        }
    }

    /// A text as members of a message.
    static func content(of formatted: FormattedText, text: String, entities: String) -> JSONObject {
        guard !formatted.text.isEmpty else { return [:] }
        var content: JSONObject = [text: .string(formatted.text)]
        if !formatted.entities.isEmpty { content[entities] = .array(formatted.entities.map(\.json)) }
        return content
    }

    /// The file of a call: one that came with it, or a known one.
    mutating func file(of call: MethodCall, named kind: String) throws(Refusal) -> FileShelf.Entry {
        let reference = call[kind]?.string
        let uploadName = reference.flatMap { $0.hasPrefix("attach://") ? String($0.dropFirst(9)) : nil } ?? kind
        if let upload = call.files[uploadName] {
            guard !upload.bytes.isEmpty else { throw .badRequest("file must be non-empty") }
            guard upload.bytes.count <= 50 << 20 else {
                throw Refusal(status: 413, description: "Request Entity Too Large")
            }
            return files.add(upload.bytes, name: upload.name, contentType: upload.contentType, folder: kind + "s")
        }
        guard let reference, !reference.isEmpty else { throw .badRequest("there is no \(kind) in the request") }
        guard let known = files[file: reference] else {
            throw .badRequest("wrong remote file identifier specified: Wrong string length")
        }
        return known
    }

    /// A file as the member of a message that its kind has.
    static func media(_ kind: String, _ file: FileShelf.Entry) -> JSONValue {
        var json = file.json
        switch kind {
        case "photo":
            json["width"] = 640
            json["height"] = 480
            return [.object(json)]
        case "sticker":
            json.merge(["type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false])
        case "voice", "audio", "video", "video_note", "animation":
            json["duration"] = 3
            json["mime_type"] = .string(file.contentType)
        default:
            json["file_name"] = .string(file.name)
            json["mime_type"] = .string(file.contentType)
        }
        return .object(json)
    }
}
