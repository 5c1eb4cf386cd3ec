import MartletConversation
import MartletCore

extension QuotedMessage {
    /// The longest quoted text that is kept, in characters; as long as a message may be.
    private static let maximumLength = 4096

    /// The message that `message` answers, here or in another chat, or nil where it answers none.
    init?(_ message: JSONValue, identity: BotIdentity) {
        let marked = message["quote"]?["text"]?.string
        if let answered = message["reply_to_message"], let id = answered["message_id"]?.integer {
            // The note by which a topic began is what everything in it "answers".
            guard answered["forum_topic_created"] == nil else { return nil }
            let sender: String? =
                if let chat = answered["sender_chat"] {
                    answered["author_signature"]?.string ?? chat["title"]?.string
                } else {
                    answered["from"].map { MessageSender.name(of: $0) }
                }
            self.init(
                message: MessageID(id),
                senderName: sender.map { String($0.prefix(MessageSender.maximumNameLength)) },
                isOurs: answered["from"]?["id"]?.integer == identity.id.rawValue,
                text: Self.text(marked, of: answered)
            )
        } else if let answered = message["external_reply"], answered.object != nil {
            let origin = answered["origin"]
            let name =
                origin?["sender_user"].map { MessageSender.name(of: $0) } ?? origin?["sender_user_name"]?.string
                ?? (origin?["sender_chat"] ?? origin?["chat"])?["title"]?.string
            self.init(
                message: nil,
                senderName: name.map { String($0.prefix(MessageSender.maximumNameLength)) },
                isOurs: origin?["sender_user"]?["id"]?.integer == identity.id.rawValue,
                text: Self.text(marked, of: answered)
            )
        } else {
            return nil
        }
    }

    private static func text(_ marked: String?, of answered: JSONValue) -> String {
        String((marked ?? MessageWords(answered)?.text ?? "").prefix(maximumLength))
    }
}
