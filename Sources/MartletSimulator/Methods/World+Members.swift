import MartletCore

extension World {
    mutating func leaveChat(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        guard chats[target.chat]?.kind != .private else {
            throw .badRequest("chat member status can't be changed in private chats")
        }
        let old = chats[target.chat].map { botMember(in: $0) } ?? .null
        change(target.chat) { chat in
            chat.botStatus = .left
            chat.botRights = []
        }
        tellMembership(in: target.chat, from: old, by: bot.id)
        return true
    }

    func getChat(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let id = try chatNumber(call)
        guard let chat = chats[id] else { throw .badRequest("chat not found") }
        _ = try target(call)
        var json = chat.shortJSON.object ?? [:]
        json["accent_color_id"] = 1
        json["max_reaction_count"] = 11
        json["accepted_gift_types"] = [
            "unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false, "premium_subscription": false,
            "gifts_from_channels": false,
        ]
        if chat.kind.isGroup { json["permissions"] = ["can_send_messages": .bool(chat.canBotSend)] }
        return .object(json)
    }

    func getChatMember(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        guard let user = call["user_id"]?.integer, let chat = chats[target.chat] else {
            throw .badRequest("invalid user_id specified")
        }
        if user == bot.id { return botMember(in: chat) }
        guard let person = users[user] else { throw .badRequest("PARTICIPANT_ID_INVALID") }
        let status = chat.status(of: user)
        return member(person.json, status, rights: status == .administrator ? Set(AdministratorRight.all) : [])
    }

    func getChatAdministrators(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        guard let chat = chats[target.chat], chat.kind != .private else {
            throw .badRequest("there are no administrators in the private chat")
        }
        var list = chat.members.filter { $0.status == .creator || $0.status == .administrator }.map { entry in
            member(users[entry.user]?.json ?? .null, entry.status, rights: Set(AdministratorRight.all))
        }
        if chat.isBotAdministrator { list.append(botMember(in: chat)) }
        return .array(list)
    }

    func getChatMemberCount(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        guard let chat = chats[target.chat] else { throw .badRequest("chat not found") }
        return .integer(Int64(chat.members.count(where: \.status.isPresent) + (chat.isBotPresent ? 1 : 0)))
    }

    func getBusinessConnection(_ call: MethodCall) throws(Refusal) -> JSONValue {
        guard let id = call["business_connection_id"]?.string, let connection = connections[id] else {
            throw .badRequest("BUSINESS_CONNECTION_INVALID")
        }
        return connection.json(owner: users[connection.owner])
    }

    /// Marks a message of a contact as read; needs the right to.
    func readBusinessMessage(_ call: MethodCall) throws(Refusal) -> JSONValue {
        guard let id = call["business_connection_id"]?.string, let connection = connections[id], connection.isEnabled
        else { throw .badRequest("BUSINESS_CONNECTION_INVALID") }
        guard connection.rights.contains("can_read_messages") else { throw .forbidden("not enough rights") }
        guard let chat = call.chat, message(call["message_id"]?.integer, in: chat) != nil else {
            throw .badRequest("message not found")
        }
        return true
    }
}
