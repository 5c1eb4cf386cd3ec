import MartletConversation
import MartletCore

/// Who sent a message.
enum MessageSender {
    /// A person, or a chat that speaks as one: an anonymous administrator, or a channel.
    case person(InboundEvent.Sender)
    /// Another bot, or this one.
    case bot
    /// Nobody, as far as the message says.
    case nobody

    /// The longest name that is kept, in characters.
    static let maximumNameLength = 128

    /// Reads `sender_chat` and `from`.
    ///
    /// Who speaks as a chat comes with a bot of the platform's as `from`; the chat is who others see.
    init(_ message: JSONValue, isPrivate: Bool) {
        if let chat = message["sender_chat"], let id = chat["id"]?.integer {
            let name = message["author_signature"]?.string ?? chat["title"]?.string ?? ""
            self = .person(.init(id: UserID(id), name: String(name.prefix(Self.maximumNameLength))))
        } else if let user = message["from"], let sender = Self.sender(user) {
            self = user["is_bot"]?.bool == true ? .bot : .person(sender)
        } else if isPrivate, let id = message["chat"]?["id"]?.integer {
            let name = message["chat"]?["first_name"]?.string ?? ""
            self = .person(.init(id: UserID(id), name: String(name.prefix(Self.maximumNameLength))))
        } else {
            self = .nobody
        }
    }

    /// A user as the sender of something, or nil where there is no number.
    static func sender(_ user: JSONValue) -> InboundEvent.Sender? {
        guard let id = user["id"]?.integer else { return nil }
        let code = user["language_code"]?.string
        return InboundEvent.Sender(
            id: UserID(id),
            name: name(of: user),
            languageCode: code.map { String($0.prefix(35)) }
        )
    }

    /// The name that others see.
    static func name(of user: JSONValue) -> String {
        let names = [user["first_name"]?.string, user["last_name"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
        return String(names.joined(separator: " ").prefix(maximumNameLength))
    }
}
