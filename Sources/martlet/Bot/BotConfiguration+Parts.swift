import AsyncHTTPClient
import Logging
import MartletConversation
import MartletTelegram

extension BotConfiguration {
    /// The text behind `{context}`, where there is one.
    func context(client: HTTPClient, logger: Logger) -> ContextDocument? {
        if contextURL != nil, !conversation.persona.usesContext {
            logger.warning("CTX_FILE_URL is set, but the persona has no {context} where its text would go")
        }
        return contextURL.map { url in
            let source = HTTPTextSource(client: client, url: url)
            return ContextDocument(logger: logger) { try await source.fetch() }
        }
    }

    /// How the bot uses Telegram, with what chats have chosen about it.
    func telegram(with store: any ConversationStore) -> TelegramBot.Settings {
        var settings = telegram
        settings.replies.wantsRichMessages = { [separatesPeople = conversation.separatesPeopleInGroups] event in
            let key = event.conversationKey(separatingPeople: separatesPeople)
            // A chat whose wish cannot be read is answered the way that every app shows.
            let conversation = try? await store.conversation(for: key, turnLimit: 0)
            return conversation?.settings.replyStyle == .rich
        }
        return settings
    }
}
