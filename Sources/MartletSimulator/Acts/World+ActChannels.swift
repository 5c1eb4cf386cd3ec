import MartletCore

/// Channels: posts, and the group where they are commented on.
extension World {
    /// A channel gets a group for comments.
    mutating func linkGroup(_ act: ActReader) throws(SimulatorActError) -> JSONObject {
        let channel = try group(act)
        let id = try act.integer("group_id")
        guard channel.kind == .channel else { throw SimulatorActError("chat \(channel.id) is no channel") }
        guard chats[id]?.kind == .supergroup else {
            throw SimulatorActError("chat \(id) is no supergroup; only those can be a channel's group")
        }
        if let old = channel.linked { change(old) { $0.linked = nil } }
        change(channel.id) { $0.linked = id }
        change(id) { $0.linked = channel.id }
        return ["chat": chats[channel.id]?.json(now: now) ?? .null]
    }

    /// Somebody posts in a channel, in its name; the post comes up in the channel's group, where it can be commented on.
    mutating func postToChannel(
        _ content: JSONObject,
        by user: SimulatedUser,
        _ channel: Int64
    ) throws(SimulatorActError) -> MessageRecord {
        let status = chats[channel]?.status(of: user.id)
        guard status == .creator || status == .administrator else {
            throw SimulatorActError("only a channel's administrators post there")
        }
        let post = add(content, by: .user(user.id), to: channel)
        tell(of: post)
        forwardToGroup(post)
        return post
    }

    /// Puts a channel's post into the channel's group.
    mutating func forwardToGroup(_ post: MessageRecord) {
        guard let channel = chats[post.chat], channel.kind == .channel, let group = channel.linked else { return }
        var content = post.json
        for name in ["message_id", "from", "chat", "date", "sender_chat", "edit_date"] { content[name] = nil }
        content["sender_chat"] = channel.shortJSON
        content["is_automatic_forward"] = true
        content["forward_origin"] = [
            "type": "channel", "chat": channel.shortJSON, "message_id": .integer(post.id),
            "date": .integer(post.date.whole),
        ]
        content["from"] = Self.telegram.json
        tell(of: add(content, by: .user(Self.telegram.id), to: group))
    }

    /// In whose name the platform itself speaks.
    private static let telegram = SimulatedUser(id: 777_000, name: "Telegram")
}
