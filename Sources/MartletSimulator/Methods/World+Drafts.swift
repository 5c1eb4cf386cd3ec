import MartletCore

extension World {
    mutating func sendMessageDraft(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let formatted = try TextRules.read(call, "text")
        guard formatted.utf16Count <= TextRules.maximumLength else { throw .badRequest("message is too long") }
        return try putDraft(call, Self.content(of: formatted, text: "text", entities: "entities"))
    }

    mutating func sendRichMessageDraft(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let rich = try RichMessageRules.read(call, isDraft: true)
        return try putDraft(call, ["rich_message": rich, "text": .string(RichMessageRules.plainText(of: rich))])
    }

    private mutating func putDraft(_ call: MethodCall, _ content: JSONObject) throws(Refusal) -> JSONValue {
        guard let id = call["draft_id"]?.integer, id != 0 else { throw .badRequest("draft_id must be non-zero") }
        guard call["business_connection_id"] == nil else { throw .badRequest("TEXTDRAFT_PEER_INVALID") }
        let target = try target(call)
        guard chats[target.chat]?.kind == .private else { throw .badRequest("TEXTDRAFT_PEER_INVALID") }
        if rules.limitsRates {
            if let until = rates.silence(of: target.chat, now: now) {
                throw .tooManyRequests(retryAfter: (until - now).retrySeconds)
            }
            if let seconds = rates.takeDraft(chat: target.chat, now: now) {
                throw .tooManyRequests(retryAfter: seconds)
            }
        }
        expireDrafts()
        let key = DraftRecord.Key(chat: target.chat, thread: target.thread, draft: id)
        // A person who has stopped a draft sees no more of it.
        if drafts[key]?.isStopped == true { return true }
        let canStop = call["can_stop"]?.bool ?? false
        let draft = DraftRecord(
            key: key,
            content: content,
            canStop: canStop,
            keepsOnStop: call["keep_on_stop"]?.bool ?? false,
            date: drafts[key]?.date ?? now,
            expires: now + DraftRecord.life
        )
        drafts[key] = draft
        journal.append("draft", draft.json())
        return true
    }
}
