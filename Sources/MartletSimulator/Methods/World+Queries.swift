import MartletCore

extension World {
    private static let tooOld = Refusal.badRequest(
        "query is too old and response timeout expired or query ID is invalid"
    )

    /// A question that may still be answered, and is answered by that.
    private mutating func take(_ id: String?, _ kind: QueryBook.Kind) throws(Refusal) -> (String, QueryBook.Query) {
        guard let id, var query = queries[id], query.kind == kind, !query.isAnswered, query.expires > now else {
            throw Self.tooOld
        }
        query.isAnswered = true
        queries[id] = query
        return (id, query)
    }

    mutating func answerCallbackQuery(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let text = call["text"]?.string ?? ""
        guard text.count <= 200 else { throw .badRequest("MESSAGE_TOO_LONG") }
        let (id, query) = try take(call["callback_query_id"]?.string, .press)
        journal.append(
            "callback_answer",
            [
                "callback_query_id": .string(id), "chat_id": .integer(query.chat),
                "message_id": .integer(query.message),
                "user_id": .integer(query.user), "text": .string(text), "show_alert": call["show_alert"] ?? false,
                "url": call["url"] ?? "",
            ]
        )
        return true
    }

    mutating func answerInlineQuery(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let list = try call.structured("results", "can't parse inline query results JSON object")
        guard let results = list?.array else { throw .badRequest("results are not specified") }
        guard results.count <= 50 else { throw .badRequest("RESULTS_TOO_MUCH") }
        var ids: Set<String> = []
        for result in results {
            try checkResult(result)
            guard ids.insert(result["id"]?.string ?? "").inserted else { throw .badRequest("RESULT_ID_DUPLICATE") }
        }
        guard (call["next_offset"]?.string ?? "").utf8.count <= 64 else { throw .badRequest("NEXT_OFFSET_INVALID") }
        let button = try call.structured("button", "can't parse inline query results button")
        let (id, query) = try take(call["inline_query_id"]?.string, .inline)
        queries[id]?.content = results
        journal.append(
            "inline_results",
            [
                "inline_query_id": .string(id), "user_id": .integer(query.user), "query": .string(query.text),
                "results": .array(results), "button": button ?? .null,
            ]
        )
        return true
    }

    mutating func answerGuestQuery(_ call: MethodCall) throws(Refusal) -> JSONValue {
        guard let result = try call.structured("result", "can't parse inline query result JSON object") else {
            throw .badRequest("result is not specified")
        }
        try checkResult(result)
        let (id, query) = try take(call["guest_query_id"]?.string, .guest)
        let content = try inlineContent(result)
        let message = add(
            content.merging(["via_bot": .object(bot.json)]),
            by: .bot,
            to: query.chat,
            replyTo: query.message
        )
        journal.append(
            "guest_answer",
            ["guest_query_id": .string(id), "chat_id": .integer(query.chat), "result": result]
        )
        return ["inline_message_id": .string("\(message.chat).\(message.id)")]
    }

    private func checkResult(_ result: JSONValue) throws(Refusal) {
        guard let type = result["type"]?.string else {
            throw .badRequest("can't parse inline query result: Can't find field \"type\"")
        }
        guard let id = result["id"]?.string, (1...64).contains(id.utf8.count) else {
            throw .badRequest("RESULT_ID_INVALID")
        }
        if type == "article" {
            guard result["title"]?.string?.isEmpty == false else { throw .badRequest("ARTICLE_TITLE_EMPTY") }
            guard result["input_message_content"] != nil else {
                throw .badRequest("can't parse inline query result: Can't find field \"input_message_content\"")
            }
        }
        _ = try inlineContent(result)
    }

    /// What a result puts in the chat.
    func inlineContent(_ result: JSONValue) throws(Refusal) -> JSONObject {
        let input = result["input_message_content"]
        let source = (input?.object).map { MethodCall(method: "", parameters: $0) }
        var content: JSONObject = ["text": .string(result["title"]?.string ?? "")]
        if let source, source["message_text"] != nil {
            let formatted = try TextRules.read(source, "message_text")
            guard !formatted.text.isEmpty else { throw .badRequest("message text is empty") }
            guard formatted.utf16Count <= TextRules.maximumLength else { throw .badRequest("MESSAGE_TOO_LONG") }
            content = Self.content(of: formatted, text: "text", entities: "entities")
        } else if let source, source["rich_message"] != nil {
            let rich = try RichMessageRules.read(source)
            content = ["rich_message": rich, "text": .string(RichMessageRules.plainText(of: rich))]
        }
        if let object = result.object, let keyboard = try KeyboardRules.read(MethodCall(method: "", parameters: object))
        {
            content["reply_markup"] = keyboard
        }
        return content
    }
}
