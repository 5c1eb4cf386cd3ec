import MartletCore

/// Ephemeral messages: in a group, for one person and the bot.
///
/// The members and methods are those of Bot API 10.3 as its documentation has them; the words of the refusals are partly from reports.
extension World {
    /// How long after a press or a message that only it saw a bot that is no administrator may answer so.
    private static let patience = Duration.seconds(15)

    /// The only one who is to see what a call says; nil where everybody is.
    func receiver(_ call: MethodCall, in chat: Int64) throws(Refusal) -> Int64? {
        guard
            let given = try call.structured("ephemeral_message_parameters", "can't parse ephemeral message parameters")
        else { return nil }
        guard let user = given["receiver_user_id"]?.integer else { throw .badRequest("invalid user_id specified") }
        guard let record = chats[chat], record.kind.isGroup else {
            throw .badRequest("ephemeral messages can be sent only in groups and supergroups")
        }
        guard users[user] != nil, record.status(of: user).isPresent else { throw .badRequest("PARTICIPANT_ID_INVALID") }
        if record.isBotAdministrator { return user }
        if let id = given["callback_query_id"]?.string {
            guard let query = queries[id], query.kind == .press, query.user == user, query.chat == chat,
                query.expires - now > QueueKey.life(of: "callback_query") - Self.patience
            else { throw .badRequest("query is too old and response timeout expired or query ID is invalid") }
            return user
        }
        let reply = try call.structured("reply_parameters", "can't parse reply parameters JSON object")
        if let said = whisper(reply?["ephemeral_message_id"]?.integer, in: chat), said.receiver == bot.id {
            guard said.sender == user, now - said.date < Self.patience else { throw .badRequest("MESSAGE_ID_INVALID") }
            return user
        }
        throw .badRequest("MESSAGE_NOT_COMMAND")
    }

    /// The bot, where it alone sees what a person says in a group: a command that its menu marks so, or an answer to what it told
    /// that person alone.
    func receiver(of content: JSONObject, by user: Int64, replyTo: Int64?, in chat: Int64) -> Int64? {
        guard let record = chats[chat], record.kind.isGroup, record.isBotPresent else { return nil }
        if let answered = whisper(replyTo, in: chat), answered.isByBot, answered.receiver == user { return bot.id }
        guard let first = content["text"]?.string?.split(whereSeparator: \.isWhitespace).first, first.hasPrefix("/")
        else { return nil }
        let pieces = first.dropFirst().split(separator: "@")
        guard pieces.count == 1 || (pieces.count == 2 && pieces[1].lowercased() == bot.username.lowercased()) else {
            return nil
        }
        let command = menu(of: user, in: record).first { $0["command"]?.string == pieces[0].lowercased() }
        return command?["is_ephemeral"]?.bool == true ? bot.id : nil
    }

    /// The menu that a person has in a group: of the narrowest scope for which there is one, in their language before everybody's.
    private func menu(of user: Int64, in chat: ChatRecord) -> [JSONValue] {
        let status = chat.status(of: user)
        let isAdministrator = status == .administrator || status == .creator
        var scopes: [(type: String, chat: Int64?, user: Int64?)] = [("chat_member", chat.id, user)]
        if isAdministrator { scopes.append(("chat_administrators", chat.id, nil)) }
        scopes.append(("chat", chat.id, nil))
        if isAdministrator { scopes.append(("all_chat_administrators", nil, nil)) }
        scopes += [("all_group_chats", nil, nil), ("default", nil, nil)]
        let language = String((users[user]?.languageCode ?? "").prefix(2))
        for scope in scopes {
            for code in [language, ""] {
                let key = MenuKey(type: scope.type, chat: scope.chat, user: scope.user, languageCode: code)
                if let commands = menus[key] { return commands }
            }
        }
        return []
    }

    mutating func editEphemeralMessageText(_ call: MethodCall) throws(Refusal) -> JSONValue {
        var message = try whisper(of: call)
        let formatted = try TextRules.read(call, "text")
        guard !formatted.text.isEmpty else { throw .badRequest("message text is empty") }
        guard formatted.utf16Count <= TextRules.maximumLength else { throw .badRequest("message is too long") }
        var content = Self.content(of: formatted, text: "text", entities: "entities")
        if let keyboard = try KeyboardRules.read(call, isInlineOnly: true) { content["reply_markup"] = keyboard }
        try checkRate(call, chat: message.chat)
        for name in ["text", "entities", "reply_markup"] { message.json[name] = content[name] }
        message.json["edit_date"] = .integer(now.whole)
        message.versions.append(formatted.text)
        store(message)
        shown.append(.edited(message.simulated))
        return true
    }

    mutating func deleteEphemeralMessage(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let message = try whisper(of: call)
        delete(message.id, in: message.chat, by: nil)
        return true
    }

    private func whisper(of call: MethodCall) throws(Refusal) -> MessageRecord {
        let target = try target(call)
        guard let message = whisper(call["ephemeral_message_id"]?.integer, in: target.chat),
            message.receiver == call["receiver_user_id"]?.integer
        else { throw .badRequest("message to edit not found") }
        return message
    }
}
