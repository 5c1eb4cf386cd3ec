import MartletCore

extension World {
    /// How many messages the interface shows at once.
    private static var shownMessageCount: Int { 5000 }

    /// The whole world as the interface shows it.
    var stateJSON: JSONValue {
        let messages = chatOrder.flatMap { chat -> [MessageRecord] in
            guard let record = chats[chat] else { return [] }
            return record.order.suffix(Self.shownMessageCount).compactMap { record.messages[$0] }
        }
        return [
            "event": .integer(journal.last), "clock": clockJSON, "bot": bot.pageJSON,
            "users": .array(userOrder.compactMap { users[$0]?.json }),
            "chats": .array(chatOrder.compactMap { chats[$0]?.json(now: now) }),
            "messages": .array(messages.suffix(Self.shownMessageCount).map { pageJSON(of: $0) }),
            "drafts": .array(drafts.values.filter { $0.expires > now }.map { $0.json() }),
            "menus": .array(menus.map { $0.key.json($0.value) }),
            "faults": .array(faults.entries.map(\.json)),
            "connections": .array(connections.values.map { $0.json(owner: users[$0.owner]) }),
            "webhook": webhook.json(pendingCount: updates.pending.count, allowed: updates.allowed),
            "pending_update_count": .integer(Int64(updates.pending.count)),
            "calls": .array(
                calls.entries.suffix(400).filter { $0.method != "getUpdates" || $0.refusal != nil }.suffix(200).map(
                    \.json
                )
            ),
        ]
    }
}
