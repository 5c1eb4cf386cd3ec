import MartletCore

extension World {
    mutating func press(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let chat = act["chat_id"]?.integer ?? user.id
        let data = try act.text("data")
        let id = try act.integer("message_id")
        guard let message = message(id, in: chat) ?? whisper(id, in: chat), message.isByBot,
            message.receiver == nil || message.receiver == user.id
        else {
            throw SimulatorActError("there is no message \(id) of the bot in chat \(chat)")
        }
        let rows = message.json["reply_markup"]?["inline_keyboard"]?.array ?? []
        let hasButton = rows.contains { $0.array?.contains { $0["callback_data"]?.string == data } == true }
        guard hasButton else { throw SimulatorActError("message \(id) has no button with that data") }
        guard isMember(user.id, of: chat) else { throw SimulatorActError("\(user.name) is not in chat \(chat)") }
        let query = queries.add(
            .init(kind: .press, user: user.id, chat: chat, message: id, expires: now + .seconds(150))
        )
        tell(
            "callback_query",
            [
                "id": .string(query), "from": user.json, "message": json(of: message),
                "chat_instance": .string("\(chat)"), "data": .string(data),
            ]
        )
        return ["callback_query_id": .string(query)]
    }

    mutating func stopDraft(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let key = DraftRecord.Key(
            chat: act["chat_id"]?.integer ?? user.id,
            thread: act["message_thread_id"]?.integer,
            draft: try act.integer("draft_id")
        )
        guard var draft = drafts[key], !draft.isStopped else {
            throw SimulatorActError("there is no such draft any more")
        }
        guard draft.canStop else { throw SimulatorActError("the bot has put no stop button on that draft") }
        draft.isStopped = true
        drafts[key] = draft
        journal.append("draft", draft.json(hasEnded: !draft.keepsOnStop))
        var update: JSONObject = ["chat": chats[key.chat]?.shortJSON ?? .null]
        if let thread = key.thread { update["message_thread_id"] = .integer(thread) }
        update["draft_id"] = .integer(key.draft)
        tell("stopped_message_generation", .object(update))
        return [:]
    }

    mutating func askInline(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let text = try act.text("query")
        guard text.count <= 256 else { throw SimulatorActError("an inline query is at most 256 characters long") }
        let id = queries.add(
            .init(kind: .inline, user: user.id, chat: user.id, message: 0, expires: now + .seconds(30), text: text)
        )
        let update: JSONValue = [
            "id": .string(id), "from": user.json, "query": .string(text),
            "offset": .string(act["offset"]?.string ?? ""),
            "chat_type": "private",
        ]
        journal.append("inline_query", update)
        tell("inline_query", update)
        return ["inline_query_id": .string(id)]
    }

    mutating func chooseInline(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let id = try act.text("inline_query_id")
        let wanted = try act.text("result_id")
        guard let query = queries[id], query.kind == .inline, query.user == user.id,
            let result = query.content.first(where: { $0["id"]?.string == wanted })
        else { throw SimulatorActError("the bot has given no result \"\(wanted)\" to that question") }
        let content: JSONObject
        do throws(Refusal) {
            content = try inlineContent(result)
        } catch {
            throw SimulatorActError(error.description)
        }
        let chat = try groupNumber(act, of: user) ?? privateChat(of: user)
        // The message is by the person, through the bot; only its word lets the bot change it.
        let message = add(content.merging(["via_bot": .object(bot.json)]), by: .user(user.id), to: chat)
        tell(of: message)
        var update: JSONObject = ["result_id": .string(wanted), "from": user.json, "query": .string(query.text)]
        if content["reply_markup"] != nil { update["inline_message_id"] = .string("\(chat).\(message.id)") }
        tell("chosen_inline_result", .object(update))
        return ["message": pageJSON(of: message)]
    }

    mutating func askGuest(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let chat = try group(act)
        guard !chat.botStatus.isPresent else {
            throw SimulatorActError("the bot is in chat \(chat.id); \"say\" it there")
        }
        let text = try act.text("text")
        let found = AutomaticEntities.find(in: text, besides: [])
        let isMentioned = text.lowercased().contains("@" + bot.username.lowercased())
        guard isMentioned else { throw SimulatorActError("mention @\(bot.username) in the text") }
        let replyTo = act["reply_to"]?.integer
        guard replyTo == nil || message(replyTo, in: chat.id) != nil else {
            throw SimulatorActError("there is no message \(replyTo ?? 0) in chat \(chat.id) to reply to")
        }
        let id = queries.add(
            .init(kind: .guest, user: user.id, chat: chat.id, message: 0, expires: now + .seconds(150))
        )
        let message = add(
            ["text": .string(text), "entities": .array(found.map(\.json)), "guest_query_id": .string(id)],
            by: .user(user.id),
            to: chat.id,
            replyTo: replyTo
        )
        queries[id]?.message = message.id
        tell("guest_message", json(of: message))
        return ["guest_query_id": .string(id)]
    }
}
