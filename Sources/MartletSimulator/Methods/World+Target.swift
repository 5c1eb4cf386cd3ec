import MartletCore

/// Where a call goes.
struct Target: Sendable {
    var chat: Int64
    var thread: Int64?
    /// The business connection in whose owner's name it is.
    var connection: String?
}

extension World {
    /// The chat of a call, if the bot may do something there; otherwise what the server says.
    func target(_ call: MethodCall, mustBeMember: Bool = true) throws(Refusal) -> Target {
        let id = try chatNumber(call)
        guard let chat = chats[id] else { throw .badRequest("chat not found") }
        if let connection = call["business_connection_id"]?.string {
            try checkConnection(connection, contact: id)
            return Target(chat: id, thread: nil, connection: connection)
        }
        if let successor = chat.migratedTo {
            throw Refusal(
                status: 400,
                description: "Bad Request: group chat was upgraded to a supergroup chat",
                parameters: ["migrate_to_chat_id": .integer(successor)]
            )
        }
        if chat.kind == .private {
            guard !chat.isBlocked else { throw .forbidden("bot was blocked by the user") }
            guard chat.hasStarted else { throw .forbidden("bot can't initiate conversation with a user") }
        } else if mustBeMember, !chat.botStatus.isPresent {
            let name = chat.kind == .group ? "group" : chat.kind.rawValue
            if chat.botStatus == .kicked { throw .forbidden("bot was kicked from the \(name) chat") }
            throw .forbidden("bot is not a member of the \(name) chat")
        }
        return Target(chat: id, thread: try thread(call, in: chat))
    }

    /// The number of the chat that a call names.
    func chatNumber(_ call: MethodCall) throws(Refusal) -> Int64 {
        guard let value = call["chat_id"], value != .string("") else { throw .badRequest("chat_id is empty") }
        if let id = value.integer { return id }
        guard let name = value.string, name.hasPrefix("@") else { throw .badRequest("chat not found") }
        let wanted = name.dropFirst().lowercased()
        // Only public groups and channels have names that a bot can write to.
        let found = chats.values.first { $0.kind != .private && $0.username?.lowercased() == wanted }
        guard let found else { throw .badRequest("chat not found") }
        return found.id
    }

    private func thread(_ call: MethodCall, in chat: ChatRecord) throws(Refusal) -> Int64? {
        guard let thread = call["message_thread_id"]?.integer, thread != 0 else { return nil }
        if call.method == "sendChatAction", thread == 1 { return nil }
        // The topic "General" is the group itself; it has no number that can be sent to.
        guard thread != 1 else { throw .badRequest("message thread not found") }
        let isKnown = chat.topics.contains { $0.thread == thread }
        guard isKnown || !chat.isForum && chat.messages[thread] != nil || !chat.kind.isGroup else {
            throw .badRequest("message thread not found")
        }
        return thread
    }

    private func checkConnection(_ id: String, contact: Int64) throws(Refusal) {
        guard let connection = connections[id], connection.isEnabled else {
            throw .badRequest("BUSINESS_CONNECTION_INVALID")
        }
        guard connection.rights.contains("can_reply") else { throw .badRequest("BUSINESS_PEER_USAGE_MISSING") }
        guard let last = connection.lastIncoming[contact], now - last < ConnectionRecord.answerWindow else {
            throw .badRequest("BUSINESS_PEER_INVALID")
        }
    }

    /// Refuses what comes too fast, or into a silence that was asked for.
    mutating func checkRate(_ call: MethodCall, chat: Int64) throws(Refusal) {
        guard rules.limitsRates else { return }
        let isGroup = chats[chat]?.kind.isGroup == true
        guard let seconds = rates.take(chat: chat, isGroup: isGroup, now: now) else { return }
        if let until = rates.silence(of: chat, now: now) { change(chat) { $0.frozenUntil = until } }
        throw .tooManyRequests(retryAfter: seconds)
    }

    /// The message that a call replies to.
    func reply(_ call: MethodCall, in chat: Int64) throws(Refusal) -> (message: Int64?, content: JSONObject) {
        let given = try call.structured("reply_parameters", "can't parse reply parameters JSON object")
        guard given == nil || given?.object != nil else { throw .badRequest("object expected as reply parameters") }
        guard let id = given?["message_id"]?.integer ?? call["reply_to_message_id"]?.integer, id != 0 else {
            return (nil, [:])
        }
        let source = given?["chat_id"]?.integer ?? chat
        guard let original = message(id, in: source) else {
            let isOptional =
                given?["allow_sending_without_reply"]?.bool ?? call["allow_sending_without_reply"]?.bool ?? false
            guard isOptional else { throw .badRequest("message to be replied not found") }
            return (nil, [:])
        }
        guard let quote = given?["quote"]?.string else { return (source == chat ? id : nil, [:]) }
        guard quote.utf16.count <= 1024 else { throw .badRequest("QUOTE_TEXT_INVALID") }
        let text = original.versions.last ?? ""
        guard let range = text.firstRange(of: quote) else { throw .badRequest("QUOTE_TEXT_INVALID") }
        let position = text.utf16.distance(from: text.startIndex, to: range.lowerBound)
        return (id, ["quote": ["text": .string(quote), "position": .integer(Int64(position)), "is_manual": true]])
    }
}
