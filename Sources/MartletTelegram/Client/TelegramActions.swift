public import MartletConversation
import MartletCore

/// What the bot does on Telegram besides replying.
///
/// Calls wait for the limits and wait out failures that pass. A button pressed under a message sent here names a question with the
/// update number 0, because no event is replied to; what was chosen says what it is about.
public struct TelegramActions: ChatActing {
    let api: any BotAPICalling
    private let bot: BotID
    private let buttons: ButtonCodec?

    /// Makes actions.
    /// - Parameters:
    ///   - api: A caller that keeps the limits and repeats required calls.
    ///   - buttons: Signs buttons; nil for messages without any.
    public init(api: any BotAPICalling, bot: BotID, buttons: ButtonCodec?) {
        self.api = api
        self.bot = bot
        self.buttons = buttons
    }

    /// Acknowledges a pressed button; of the text, 200 characters are shown.
    public func answerPress(_ query: String, text: String?, isAlert: Bool) async throws {
        let parameters: JSONObject = [
            "callback_query_id": .string(query),
            "text": text.map { .string(Self.prefix($0, 200)) } ?? .null,
            "show_alert": isAlert ? true : .null,
        ]
        do {
            _ = try await api.call(BotAPICall("answerCallbackQuery", parameters, timeout: .seconds(10)))
        } catch let error as TelegramError where error.code == .badRequest {
            // The press is too old; whoever pressed has stopped waiting.
        }
    }

    /// Says something that replies to nothing.
    /// - Returns: The last of its messages, which has the buttons.
    public func send(_ reply: FinalReply, to place: ConversationKey) async throws -> MessageID {
        let contents = contents(of: reply, in: place)
        var last = try await send(contents[0], to: MessagePlace(chat: place.chat, thread: place.thread))
        for content in contents.dropFirst() {
            last = try await send(content, to: MessagePlace(chat: place.chat, thread: place.thread))
        }
        return last
    }

    /// Changes one of the bot's own messages; what does not fit into it follows in further ones.
    public func change(_ message: MessageID, to reply: FinalReply, in place: ConversationKey) async throws {
        let contents = contents(of: reply, in: place)
        let target = MessagePlace(chat: place.chat, thread: place.thread)
        try await withFallback(contents[0]) {
            try await api.editMessage(message, to: $0, in: target, importance: .required)
        }
        for content in contents.dropFirst() { _ = try await send(content, to: target) }
    }

    /// Changes one of the bot's messages that only one person in a group sees; of a longer text, what fits into one message.
    public func change(
        whisper message: MessageID,
        to reply: FinalReply,
        seenBy person: UserID,
        in place: ConversationKey
    ) async throws {
        let target = MessagePlace(chat: place.chat, thread: place.thread)
        try await withFallback(contents(of: reply, in: place)[0]) {
            try await api.editWhisper(message, to: $0, in: target, seenBy: person)
        }
    }

    /// Takes one of the bot's messages away; that it is gone already is success.
    public func delete(_ message: MessageID, in place: ConversationKey) async throws {
        try await api.deleteMessage(message, in: MessagePlace(chat: place.chat))
    }

    /// Sends a file of at most 50 MiB; of the caption, 1024 UTF-16 code units are shown.
    public func sendFile(_ bytes: [UInt8], name: String, caption: String, to place: ConversationKey) async throws {
        guard bytes.count <= BotAPIUpload.maximumByteCount else {
            throw TelegramError(code: .fileTooLarge, method: "sendDocument", reason: "\(bytes.count) bytes")
        }
        var parameters = MessagePlace(chat: place.chat, thread: place.thread == .general ? nil : place.thread)
            .parameters
        parameters["caption"] =
            MessageSplitter.split(FormattedText(plain: caption), limit: 1024).first.map { .string($0.text) } ?? .null
        let call = BotAPICall(
            "sendDocument",
            parameters,
            chat: place.chat,
            importance: .required,
            timeout: .seconds(180),
            upload: BotAPIUpload(field: "document", name: name, bytes: bytes)
        )
        _ = try await api.call(call)
    }

    /// Leaves a group; that the bot is not in it is success.
    public func leave(_ chat: ChatID) async throws {
        do {
            _ = try await api.call(BotAPICall("leaveChat", ["chat_id": .integer(chat.rawValue)], importance: .required))
        } catch let error as TelegramError where [.badRequest, .forbidden, .chatNotFound].contains(error.code) {}
    }

    /// Says something in somebody's name.
    /// - Returns: The last of its messages.
    public func send(_ words: Wording, in connection: ConnectionID, to chat: ChatID) async throws -> MessageID {
        let place = MessagePlace(chat: chat, connection: connection)
        let parts = MessageSplitter.split(FormattedText(words)).filter { !$0.isBlank }
        guard let first = parts.first else {
            throw TelegramError(code: .badRequest, method: "sendMessage", reason: "nothing to say")
        }
        var last = try await send(MessageContent(first), to: place)
        for part in parts.dropFirst() { last = try await send(MessageContent(part), to: place) }
        return last
    }

    /// Shows "typing" in somebody's name for up to five seconds.
    public func showTyping(in connection: ConnectionID, to chat: ChatID) async throws {
        try await api.sendTyping(in: MessagePlace(chat: chat, connection: connection))
    }

    /// Answers a question asked from the writing line, with at most 50 results.
    public func answerInline(_ query: String, with results: [InlineResult], lifetime: Duration) async throws {
        let parameters: JSONObject = [
            "inline_query_id": .string(query), "results": .array(results.prefix(50).map(\.json)),
            "cache_time": .integer(max(0, lifetime.components.seconds)), "is_personal": true,
        ]
        _ = try await api.call(BotAPICall("answerInlineQuery", parameters, timeout: .seconds(10)))
    }

    /// Answers a question asked in a chat that the bot is not in.
    public func answerGuest(_ query: String, with result: InlineResult) async throws {
        let parameters: JSONObject = ["guest_query_id": .string(query), "result": result.json]
        _ = try await api.call(BotAPICall("answerGuestQuery", parameters, timeout: .seconds(10)))
    }

    // MARK: Contents

    private func contents(of reply: FinalReply, in place: ConversationKey) -> [MessageContent] {
        let composer = ReplyComposer(
            language: .english,
            question: EventID(bot: bot, update: 0),
            // A private chat has its person's number.
            owner: place.user ?? (place.chat.rawValue > 0 ? UserID(place.chat.rawValue) : nil),
            buttons: buttons
        )
        return composer.settled(reply, isRich: false)
    }

    private func send(_ content: MessageContent, to place: MessagePlace) async throws -> MessageID {
        try await withFallback(content) { try await api.sendMessage($0, to: place, importance: .required) }
    }

    /// Tries without what a server may refuse, so that the words are not lost for their looks.
    private func withFallback<Result>(
        _ content: MessageContent,
        _ body: (MessageContent) async throws -> Result
    ) async throws -> Result {
        do {
            return try await body(content)
        } catch let error as TelegramError
            where error.code == .badRequest && (!content.text.entities.isEmpty || content.keyboard != nil)
        {
            return try await body(MessageContent(content.text.withoutEntities, keyboard: nil))
        }
    }

    fileprivate static func prefix(_ text: String, _ count: Int) -> String {
        text.utf16.count <= count ? text : MessageSplitter.split(text, limit: count - 1).first.map { $0 + "…" } ?? ""
    }
}

extension InlineResult {
    /// The platform's form; of the text, what fits into one message.
    fileprivate var json: JSONValue {
        let text = MessageSplitter.split(MarkdownRenderer.render(self.text)).first { !$0.isBlank } ?? FormattedText("…")
        let content = JSONObject([("message_text", .string(text.text)), ("entities", text.entitiesJSON)]).withoutNulls
        return [
            "type": "article", "id": .string(id), "title": .string(TelegramActions.prefix(title, 200)),
            "description": .string(TelegramActions.prefix(summary, 400)), "input_message_content": .object(content),
        ]
    }
}
