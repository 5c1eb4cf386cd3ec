import MartletConversation
import MartletCore

extension BotAPICalling {
    /// Who the bot is.
    public func getMe() async throws -> BotIdentity {
        let result = try await call(BotAPICall("getMe"))
        guard let identity = BotIdentity(result) else {
            throw TelegramError(code: .malformedResponse, method: "getMe", reason: "no id or username")
        }
        return identity
    }

    /// Messages that came in, raw.
    /// - Parameters:
    ///   - offset: Everything before it is confirmed and does not come again.
    ///   - limit: 1 to 100.
    ///   - timeout: How long the server waits for something to come.
    func getUpdates(
        offset: Int64?,
        limit: Int,
        timeout: Duration,
        allowedUpdates: [String]
    ) async throws -> [JSONValue] {
        let call = BotAPICall(
            "getUpdates",
            [
                "offset": offset.map { .integer($0) } ?? .null, "limit": .integer(Int64(limit)),
                "timeout": .integer(timeout.components.seconds),
                "allowed_updates": .array(allowedUpdates.map { .string($0) }),
            ],
            timeout: timeout + .seconds(15)
        )
        guard let updates = try await self.call(call).array else {
            throw TelegramError(code: .malformedResponse, method: "getUpdates", reason: "no list of updates")
        }
        return updates
    }

    /// Shows a new message.
    func sendMessage(
        _ text: String,
        to chat: ChatID,
        thread: ThreadID?,
        replyingTo question: MessageID?,
        importance: BotAPICall.Importance
    ) async throws -> MessageID {
        var parameters: JSONObject = ["chat_id": .integer(chat.rawValue), "text": .string(text)]
        // The topic "General" has number 1 and must not be named when sending.
        if let thread, thread != .general { parameters["message_thread_id"] = .integer(thread.rawValue) }
        if let question {
            parameters["reply_parameters"] = [
                "message_id": .integer(question.rawValue), "allow_sending_without_reply": true,
            ]
        }
        let result = try await call(BotAPICall("sendMessage", parameters, chat: chat, importance: importance))
        guard let id = result["message_id"]?.integer else {
            throw TelegramError(code: .malformedResponse, method: "sendMessage", reason: "no message_id")
        }
        return MessageID(id)
    }

    /// Changes what a message says; that it says so already is success.
    func editMessageText(
        _ text: String,
        of message: MessageID,
        in chat: ChatID,
        importance: BotAPICall.Importance
    ) async throws {
        let parameters: JSONObject = [
            "chat_id": .integer(chat.rawValue), "message_id": .integer(message.rawValue), "text": .string(text),
        ]
        do {
            _ = try await call(BotAPICall("editMessageText", parameters, chat: chat, importance: importance))
        } catch let error as TelegramError where error.code == .notModified {}
    }

    /// Removes a message; that it is gone already is success.
    func deleteMessage(_ message: MessageID, in chat: ChatID) async throws {
        let parameters: JSONObject = [
            "chat_id": .integer(chat.rawValue), "message_id": .integer(message.rawValue),
        ]
        do {
            _ = try await call(BotAPICall("deleteMessage", parameters, chat: chat, importance: .required))
        } catch let error as TelegramError where error.code == .messageNotFound || error.code == .badRequest {}
    }

    /// Shows "typing" for up to five seconds.
    func sendTyping(to chat: ChatID, thread: ThreadID?) async throws {
        let parameters: JSONObject = [
            "chat_id": .integer(chat.rawValue), "action": "typing",
            "message_thread_id": thread.map { .integer($0.rawValue) } ?? .null,
        ]
        _ = try await call(BotAPICall("sendChatAction", parameters, chat: chat, importance: .intermediate))
    }

    /// Fills the bot's menu.
    /// - Parameter languageCode: Whose menu; nil for everybody without one of their own.
    func setMyCommands(_ commands: [MenuCommand], languageCode: String?) async throws {
        let parameters: JSONObject = [
            "commands": .array(
                commands.map { ["command": .string($0.name), "description": .string($0.summary)] }
            ),
            "language_code": languageCode.map { .string($0) } ?? .null,
        ]
        _ = try await call(BotAPICall("setMyCommands", parameters))
    }
}

extension ThreadID {
    /// The topic that every forum begins with.
    static var general: ThreadID { ThreadID(1) }
}
