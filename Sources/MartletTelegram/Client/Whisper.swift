package import MartletConversation
import MartletCore

/// Something that only one person in a group is to see, and what entitles the bot to say it so.
///
/// An administrator may say it at any time; any bot may within 15 seconds after a press or a message that only it saw.
package struct Whisper: Sendable, Hashable {
    /// Who sees it.
    package var person: UserID
    /// The press that it answers.
    package var press: String?
    /// The message that it answers, by its number among those that only the person sees.
    package var message: MessageID?

    /// What answers an event in a group; nil where there is nobody to keep it from.
    package init?(answering event: InboundEvent) {
        guard !event.isPrivate, event.connection == nil, event.sender.id.rawValue > 0 else { return nil }
        person = event.sender.id
        if case .press(let press) = event.content { self.press = press.query }
        message = event.whisper
    }

    /// Whether it would have to be said by right of an administrator.
    package var needsRights: Bool { press == nil && message == nil }

    /// The platform's form.
    var parameters: JSONObject {
        var parameters: JSONObject = [
            "ephemeral_message_parameters": .object(
                JSONObject([
                    ("receiver_user_id", .integer(person.rawValue)),
                    ("callback_query_id", press.map { .string($0) } ?? .null),
                ]).withoutNulls
            )
        ]
        if let message { parameters["reply_parameters"] = ["ephemeral_message_id": .integer(message.rawValue)] }
        return parameters
    }
}
