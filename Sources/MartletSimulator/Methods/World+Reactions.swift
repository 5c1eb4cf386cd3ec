import MartletCore

/// Reactions: people's as many as they like to change, the bot's one to a message.
extension World {
    /// What the platform offers everywhere; chats may allow less.
    static let reactionEmoji: Set<String> = [
        "👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "🤬", "😢", "🎉", "🤩", "🤮", "💩", "🙏", "👌", "🕊", "🤡",
        "🥱", "🥴", "😍", "🐳", "❤‍🔥", "🌚", "🌭", "💯", "🤣", "⚡", "🍌", "🏆", "💔", "🤨", "😐", "🍓", "🍾", "💋", "🖕", "😈",
        "😴", "😭", "🤓", "👻", "👨‍💻", "👀", "🎃", "🙈", "😇", "😨", "🤝", "✍", "🤗", "🫡", "🎅", "🎄", "☃", "💅", "🤪", "🗿",
        "🆒", "💘", "🙉", "🦄", "😘", "💊", "🙊", "😎", "👾", "🤷‍♂", "🤷", "🤷‍♀", "😡",
    ]

    mutating func setMessageReaction(_ call: MethodCall) throws(Refusal) -> JSONValue {
        let target = try target(call)
        guard var message = message(call["message_id"]?.integer, in: target.chat) else {
            throw .badRequest("message to react not found")
        }
        let list = try call.structured("reaction", "can't parse reaction types JSON array")
        guard list == nil || list?.array != nil else { throw .badRequest("can't parse reaction types JSON array") }
        let reactions = list?.array ?? []
        guard reactions.count <= 1 else { throw .badRequest("REACTIONS_TOO_MANY") }
        var emoji: String?
        if let reaction = reactions.first {
            guard reaction["type"]?.string == "emoji", let given = reaction["emoji"]?.string,
                Self.reactionEmoji.contains(given)
            else { throw .badRequest("REACTION_INVALID") }
            emoji = given
        }
        message.react(emoji, by: bot.id)
        store(message)
        return true
    }

    /// Somebody reacts to a message, or takes their reaction back.
    mutating func react(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let user = try person(act)
        let chat = act["chat_id"]?.integer ?? user.id
        let id = try act.integer("message_id")
        guard isMember(user.id, of: chat), var message = message(id, in: chat) else {
            throw SimulatorActError("there is no message \(id) in chat \(chat) that \(user.name) sees")
        }
        let emoji = act["emoji"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        if let emoji, !Self.reactionEmoji.contains(emoji) {
            throw SimulatorActError("\(emoji) is no reaction; try 👍")
        }
        let old = message.reactions.filter { $0.user == user.id }
        message.react(emoji, by: user.id)
        store(message)
        guard chats[chat]?.kind == .private || chats[chat]?.isBotAdministrator == true else { return [:] }
        func json(_ emoji: [String]) -> JSONValue {
            .array(emoji.map { ["type": "emoji", "emoji": .string($0)] })
        }
        tell(
            "message_reaction",
            [
                "chat": chats[chat]?.shortJSON ?? .null, "message_id": .integer(id), "user": user.json,
                "date": .integer(now.whole), "old_reaction": json(old.map { $0.emoji }),
                "new_reaction": json(emoji.map { [$0] } ?? []),
            ]
        )
        return [:]
    }
}

extension MessageRecord {
    /// Puts somebody's reaction in the place of the one they had.
    fileprivate mutating func react(_ emoji: String?, by user: Int64) {
        reactions.removeAll { $0.user == user }
        if let emoji { reactions.append((user, emoji)) }
    }
}
