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
            isAdministrator: isAdministrator
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
        guard
            let id = connection["id"]?.string, !id.isEmpty, let user = connection["user"],
            let owner = MessageSender.sender(user)
        else { return nil }
        let chat = ChatID(connection["user_chat_id"]?.integer ?? owner.id.rawValue)
        let place = UpdatePlace(
            ["type": "private"],
            ConversationKey(bot: identity.id, chat: chat),
            message: MessageID(0)
        )
        let content = Connection(
            id: ConnectionID(id),
            owner: owner.id,
            ownerChat: chat,
            // Servers before version 9.0 say it without `rights`.
            canReply: (connection["rights"]?["can_reply"] ?? connection["can_reply"])?.bool ?? false,
            isEnabled: connection["is_enabled"]?.bool ?? false
        )
        var event = place.event(source, sender: owner, date: connection.date("date"), content: .connection(content))
        event.connection = content.id
        return .event(event)
    }
}
