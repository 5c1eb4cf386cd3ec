import MartletConversation
import MartletCore

extension UpdateReader {
    /// What the bot has become in a chat; in a private chat, whether it is blocked.
    func membership(_ change: JSONValue, _ source: Source) -> ReceivedUpdate.Meaning? {
        guard
            let chat = change["chat"], let number = chat["id"]?.integer,
            let member = change["new_chat_member"], let status = member["status"]?.string
        else { return nil }
        let place = UpdatePlace(
            chat,
            ConversationKey(bot: identity.id, chat: ChatID(number)),
            message: MessageID(0)
        )
        let isAdministrator = status == "administrator" || status == "creator"
        // In a channel only administrators who were given the right may post.
        let postsByRight = place.kind == .channel && status != "creator"
        let membership = Membership(
            isMember: Self.isMember(member),
            wasMember: change["old_chat_member"].map { Self.isMember($0) } ?? false,
            canWrite: Self.isMember(member)
                && (postsByRight
                    ? member["can_post_messages"]?.bool ?? false : member["can_send_messages"]?.bool ?? true),
            isAdministrator: isAdministrator,
            isChannel: place.kind == .channel ? true : nil
        )
        let sender = change["from"].flatMap { MessageSender.sender($0) } ?? .init(id: UserID(number), name: "")
        return .event(
            place.event(source, sender: sender, date: change.date("date"), content: .membership(membership))
        )
    }

    private static func isMember(_ member: JSONValue) -> Bool {
        switch member["status"]?.string {
        case "creator", "administrator", "member": true
        case "restricted": member["is_member"]?.bool ?? false
        default: false
        }
    }

    /// What somebody lets the bot do in their name.
    func connection(_ connection: JSONValue, _ source: Source) -> ReceivedUpdate.Meaning? {
        guard let found = FoundConnection(connection) else { return nil }
        let place = UpdatePlace(
            ["type": "private"],
            ConversationKey(bot: identity.id, chat: found.connection.ownerChat),
            message: MessageID(0)
        )
        var event = place.event(source, sender: found.owner, date: found.date, content: .connection(found.connection))
        event.connection = found.connection.id
        return .event(event)
    }
}

extension FoundConnection {
    /// Reads a `BusinessConnection`.
    init?(_ json: JSONValue) {
        guard
            let id = json["id"]?.string, !id.isEmpty, let user = json["user"], let owner = MessageSender.sender(user)
        else { return nil }
        let connection = Connection(
            id: ConnectionID(id),
            owner: owner.id,
            ownerChat: ChatID(json["user_chat_id"]?.integer ?? owner.id.rawValue),
            // Servers before version 9.0 say it without `rights`.
            canReply: (json["rights"]?["can_reply"] ?? json["can_reply"])?.bool ?? false,
            isEnabled: json["is_enabled"]?.bool ?? false
        )
        self.init(connection: connection, owner: owner, date: json.date("date"))
    }
}
