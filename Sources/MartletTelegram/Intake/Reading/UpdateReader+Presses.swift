import MartletConversation
import MartletCore

extension UpdateReader {
    /// A press of a button.
    ///
    /// It has no date of its own, so the time at which it came is its date.
    func press(_ query: JSONValue, _ source: Source) -> ReceivedUpdate.Meaning? {
        guard let name = query["id"]?.string, let user = query["from"], let sender = MessageSender.sender(user) else {
            return nil
        }
        guard user["is_bot"]?.bool != true else { return .ignored(reason: "from a bot") }
        guard let message = query["message"], let place = UpdatePlace(message, bot: identity.id) else {
            return .ignored(reason: "a button outside the bot's chats")
        }
        guard let data = query["data"]?.string else { return .ignored(reason: "a button without data") }
        let known = settings.readButton(data, name).flatMap { $0.question.bot == identity.id ? $0 : nil }
        let press = known ?? .meaningless(query: name, bot: identity.id)
        var event = place.event(source, sender: sender, date: nil, content: .press(press))
        event.whisper = message["ephemeral_message_id"]?.integer.map { MessageID($0) }
        if let connection = message["business_connection_id"]?.string, !connection.isEmpty {
            event.connection = ConnectionID(connection)
            event.key = ConversationKey(bot: identity.id, chat: place.key.chat, connection: event.connection)
        }
        return .event(event)
    }

    /// The platform's own button to stop.
    ///
    /// Its message is the number of the draft that grew; the sender is who talks there.
    func stop(_ stopped: JSONValue, _ source: Source) -> ReceivedUpdate.Meaning? {
        guard let chat = stopped["chat"], let number = chat["id"]?.integer else { return nil }
        let thread = stopped["message_thread_id"]?.integer
        let place = UpdatePlace(
            chat,
            ConversationKey(bot: identity.id, chat: ChatID(number), thread: thread.map { ThreadID($0) }),
            message: MessageID(stopped["draft_id"]?.integer ?? 0)
        )
        let sender = InboundEvent.Sender(id: UserID(number), name: MessageSender.name(of: chat))
        return .event(place.event(source, sender: sender, date: nil, content: .stop))
    }

    /// A question from the writing line.
    ///
    /// It belongs to no chat: its place is the asker's own, apart from what they say there.
    func inlineQuery(_ query: JSONValue, _ source: Source) -> ReceivedUpdate.Meaning? {
        guard let name = query["id"]?.string, let user = query["from"], let sender = MessageSender.sender(user) else {
            return nil
        }
        guard user["is_bot"]?.bool != true else { return .ignored(reason: "from a bot") }
        let place = UpdatePlace(
            ["type": "private"],
            ConversationKey(bot: identity.id, chat: ChatID(sender.id.rawValue), user: sender.id),
            message: MessageID(0)
        )
        let text = query["query"]?.string ?? ""
        return .event(place.event(source, sender: sender, date: nil, content: .inlineQuery(query: name, text: text)))
    }
}
