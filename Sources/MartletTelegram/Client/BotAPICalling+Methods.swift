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
    /// - Parameter hasPreview: Whether the page behind its first link shows, which comes and goes where links are still being written.
    func sendMessage(
        _ content: MessageContent,
        to place: MessagePlace,
        replyingTo question: MessageID? = nil,
        whispering whisper: Whisper? = nil,
        importance: BotAPICall.Importance,
        hasPreview: Bool = true,
        timeout: Duration = .seconds(30)
    ) async throws -> MessageID {
        var parameters = place.parameters.merging(content.parameters)
        // The topic "General" has number 1 and must not be named when sending.
        if place.thread == .general { parameters["message_thread_id"] = .null }
        parameters["reply_markup"] = content.keyboard.map(\.json) ?? .null
        if !hasPreview, content.rich == nil { parameters["link_preview_options"] = ["is_disabled": true] }
        if let whisper {
            parameters.merge(whisper.parameters)
        } else if let question {
            parameters["reply_parameters"] = [
                "message_id": .integer(question.rawValue), "allow_sending_without_reply": true,
            ]
        }
        let method = content.rich == nil ? "sendMessage" : "sendRichMessage"
        let call = BotAPICall(method, parameters, chat: place.chat, importance: importance, timeout: timeout)
        let result = try await self.call(call)
        guard let id = result["message_id"]?.integer else {
            throw TelegramError(code: .malformedResponse, method: method, reason: "no message_id")
        }
        return MessageID(id)
    }

    /// Changes what a message says; that it says so already is success.
    func editMessage(
        _ message: MessageID,
        to content: MessageContent,
        in place: MessagePlace,
        importance: BotAPICall.Importance,
        hasPreview: Bool = true,
        timeout: Duration = .seconds(30)
    ) async throws {
        var parameters = place.parameters.merging(content.parameters)
        parameters["message_thread_id"] = .null
        parameters["message_id"] = .integer(message.rawValue)
        // Buttons that are not named go away.
        parameters["reply_markup"] = content.keyboard.map(\.json) ?? .null
        if !hasPreview, content.rich == nil { parameters["link_preview_options"] = ["is_disabled": true] }
        let call = BotAPICall(
            "editMessageText",
            parameters,
            chat: place.chat,
            importance: importance,
            timeout: timeout
        )
        do {
            _ = try await self.call(call)
        } catch let error as TelegramError where error.code == .notModified {}
    }

    /// Changes a message that one person in a group sees; that it says so already is success.
    func editWhisper(_ message: MessageID, to content: MessageContent, in place: MessagePlace, seenBy person: UserID)
        async throws
    {
        var parameters = content.parameters
        parameters["chat_id"] = .integer(place.chat.rawValue)
        parameters["receiver_user_id"] = .integer(person.rawValue)
        parameters["ephemeral_message_id"] = .integer(message.rawValue)
        parameters["reply_markup"] = content.keyboard.map(\.json) ?? .null
        let call = BotAPICall(
            "editEphemeralMessageText",
            parameters,
            chat: place.chat,
            importance: .required
        )
        do {
            _ = try await self.call(call)
        } catch let error as TelegramError where error.code == .notModified {}
    }

    /// Shows what a message is going to say, for half a minute; in private chats only.
    /// - Parameter number: Not zero; a draft with the same number is changed.
    func sendDraft(_ content: MessageContent, number: Int64, in place: MessagePlace) async throws {
        var parameters = place.parameters.merging(content.parameters)
        if place.thread == .general { parameters["message_thread_id"] = .null }
        parameters["draft_id"] = .integer(number)
        parameters["can_stop"] = true
        parameters["keep_on_stop"] = true
        let call = BotAPICall(
            content.rich == nil ? "sendMessageDraft" : "sendRichMessageDraft",
            parameters,
            chat: place.chat,
            importance: .intermediate,
            timeout: .seconds(10)
        )
        _ = try await self.call(call)
    }

    /// Removes a message; that it is gone already is success.
    func deleteMessage(_ message: MessageID, in place: MessagePlace) async throws {
        let call: BotAPICall
        if let connection = place.connection {
            call = BotAPICall(
                "deleteBusinessMessages",
                [
                    "business_connection_id": .string(connection.rawValue),
                    "message_ids": [.integer(message.rawValue)],
                ],
                chat: place.chat,
                importance: .required
            )
        } else {
            let parameters: JSONObject = [
                "chat_id": .integer(place.chat.rawValue), "message_id": .integer(message.rawValue),
            ]
            call = BotAPICall("deleteMessage", parameters, chat: place.chat, importance: .required)
        }
        do {
            _ = try await self.call(call)
        } catch let error as TelegramError where error.code == .messageNotFound || error.code == .badRequest {}
    }

    /// Shows "typing" for up to five seconds; here the topic "General" is named.
    func sendTyping(in place: MessagePlace) async throws {
        var parameters = place.parameters
        parameters["action"] = "typing"
        let call = BotAPICall(
            "sendChatAction",
            parameters,
            chat: place.chat,
            importance: .intermediate,
            timeout: .seconds(5)
        )
        _ = try await self.call(call)
    }
}

extension ThreadID {
    /// The topic that every forum begins with.
    static var general: ThreadID { ThreadID(1) }
}
