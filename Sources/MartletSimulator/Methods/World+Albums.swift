import MartletCore

extension World {
    /// `sendMediaGroup`: two to ten photos and videos, or files of one kind, as one album.
    mutating func sendMediaGroup(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        guard let items = try call.structured("media", "can't parse media JSON object")?.array else {
            throw .badRequest("can't parse media JSON object")
        }
        guard (2...10).contains(items.count) else {
            throw .badRequest("Too \(items.count < 2 ? "few" : "many") messages to send as an album")
        }
        var contents: [JSONObject] = []
        for item in items { contents.append(try albumItem(item, call)) }
        let kinds = Set(items.compactMap { $0["type"]?.string })
        guard kinds.count == 1 || kinds.isSubset(of: ["photo", "video"]) else {
            throw .badRequest("media of different types can't be sent as an album")
        }
        let group = "album\(journal.last)"
        let (replyTo, quote) = try reply(call, in: target.chat)
        try checkPosting(in: target.chat)
        // Every part counts as a message.
        for _ in contents { try checkRate(call, chat: target.chat) }
        return .array(
            contents.map { content in
                let message = add(
                    content.merging(quote).merging(["media_group_id": .string(group)]),
                    by: .bot,
                    to: target.chat,
                    thread: target.thread,
                    replyTo: replyTo,
                    connection: target.connection
                )
                return json(of: message)
            }
        )
    }

    private mutating func albumItem(_ item: JSONValue, _ call: MethodCall) throws(Refusal) -> JSONObject {
        guard let kind = item["type"]?.string, ["photo", "video", "document", "audio"].contains(kind) else {
            throw .badRequest("type of file mismatch")
        }
        guard let members = item.object else { throw .badRequest("can't parse media JSON object") }
        let source = MethodCall(method: call.method, parameters: members, files: call.files)
        let caption = try TextRules.read(source, "caption", entities: "caption_entities")
        guard caption.utf16Count <= TextRules.maximumCaptionLength else {
            throw .badRequest("message caption is too long")
        }
        var renamed = source
        renamed.parameters[kind] = members["media"]
        let file = try file(of: renamed, named: kind)
        return JSONObject([(kind, Self.media(kind, file))])
            .merging(Self.content(of: caption, text: "caption", entities: "caption_entities"))
    }
}
