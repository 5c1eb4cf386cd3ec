import MartletCore
import Synchronization

/// How the simulator answers one call.
enum SimulatedAnswer: Sendable {
    /// With a status and a body.
    case respond(Int, [UInt8])
    /// Never.
    case hang
    /// By closing the connection.
    case reset

    static func result(_ value: JSONValue) -> SimulatedAnswer {
        .respond(200, JSONValue.object(["ok": true, "result": value]).serialized)
    }

    static func refuse(_ code: Int, _ description: String, _ parameters: JSONValue = .null) -> SimulatedAnswer {
        var body: JSONObject = [
            "ok": false, "error_code": .integer(Int64(code)), "description": .string(description),
        ]
        if parameters != .null { body["parameters"] = parameters }
        return .respond(code, JSONValue.object(body).serialized)
    }

    var status: Int? {
        if case .respond(let status, _) = self { status } else { nil }
    }
}

extension TelegramSimulator {
    /// Answers a call, with whatever fault is planned for it.
    func answer(_ method: String, _ parameters: JSONObject, token: String) async -> SimulatedAnswer {
        guard token == self.token else { return .refuse(401, "Unauthorized") }
        let now = ContinuousClock.now
        let fault = state.withLock { Self.takeFault(&$0, method) }
        var answer: SimulatedAnswer
        switch fault {
        case .hang: answer = .hang
        case .reset: answer = .reset
        case .status(let status): answer = .respond(status, Array("<html>gateway</html>".utf8))
        case .refusal(let status, let description): answer = .refuse(status, description)
        case .malformed: answer = .respond(200, Array("{\"ok\":tr".utf8))
        case .tooManyRequests(let seconds):
            if let chat = parameters["chat_id"]?.integer {
                state.withLock { $0.frozen[chat] = now + .seconds(seconds) }
            }
            answer = Self.tooManyRequests(seconds)
        case .resetAfterEffect:
            _ = await perform(method, parameters, now: now)
            answer = .reset
        case nil: answer = await perform(method, parameters, now: now)
        }
        if Task.isCancelled { answer = .reset }
        let call = SimulatedCall(method: method, parameters: parameters, instant: now, status: answer.status)
        state.withLock { $0.calls.append(call) }
        return answer
    }

    private static func takeFault(_ state: inout State, _ method: String) -> SimulatedFault? {
        let number = (state.callCounts[method] ?? 0) + 1
        state.callCounts[method] = number
        return state.faults.first {
            $0.method == method && ($0.occurrence..<$0.occurrence + $0.count).contains(number)
        }?.fault
    }

    private static func tooManyRequests(_ seconds: Int64) -> SimulatedAnswer {
        .refuse(429, "Too Many Requests: retry after \(seconds)", ["retry_after": .integer(seconds)])
    }

    private func perform(
        _ method: String,
        _ parameters: JSONObject,
        now: ContinuousClock.Instant
    ) async -> SimulatedAnswer {
        if method == "getUpdates" { return await getUpdates(parameters) }
        return state.withLock { state in
            if let chat = parameters["chat_id"]?.integer {
                if let refusal = Self.refusal(&state, chat, method, parameters, now) { return refusal }
            }
            switch method {
            case "getMe":
                return .result(
                    .object((botJSON.object ?? [:]).merging(["can_read_all_group_messages": false]))
                )
            case "sendMessage": return send(&state, parameters)
            case "editMessageText": return edit(&state, parameters)
            case "deleteMessage": return delete(&state, parameters)
            case "sendChatAction":
                if let chat = parameters["chat_id"]?.integer { eventsContinuation.yield(.typing(chat: chat)) }
                return .result(true)
            case "setMyCommands":
                state.menus[parameters["language_code"]?.string ?? ""] = parameters["commands"]?.array ?? []
                return .result(true)
            case "deleteWebhook":
                state.webhook = ""
                return .result(true)
            case "setWebhook":
                state.webhook = parameters["url"]?.string ?? ""
                return .result(true)
            case "getWebhookInfo":
                return .result(
                    [
                        "url": .string(state.webhook), "has_custom_certificate": false,
                        "pending_update_count": .integer(Int64(state.updates.count)),
                    ]
                )
            default: return .refuse(404, "Not Found")
            }
        }
    }

    /// What the server says to any call for a chat that cannot be served.
    private static func refusal(
        _ state: inout State,
        _ chat: Int64,
        _ method: String,
        _ parameters: JSONObject,
        _ now: ContinuousClock.Instant
    ) -> SimulatedAnswer? {
        guard state.knownChats.contains(chat) else { return .refuse(400, "Bad Request: chat not found") }
        guard !state.blockedChats.contains(chat) else {
            return .refuse(403, "Forbidden: bot was blocked by the user")
        }
        if let end = state.frozen[chat], now < end {
            state.callsIntoSilence.append(SimulatedCall(method: method, parameters: parameters, instant: now))
            return tooManyRequests(max(1, (end - now).components.seconds + 1))
        }
        return nil
    }

    private func send(_ state: inout State, _ parameters: JSONObject) -> SimulatedAnswer {
        guard let chat = parameters["chat_id"]?.integer else { return .refuse(400, "Bad Request: chat_id is empty") }
        if let refusal = Self.refusal(ofText: parameters["text"]?.string) { return refusal }
        if parameters["message_thread_id"]?.integer == 1 {
            return .refuse(400, "Bad Request: message thread not found")
        }
        let message = SimulatedMessage(
            id: state.nextMessage,
            chat: chat,
            thread: parameters["message_thread_id"]?.integer,
            replyTo: parameters["reply_parameters"]?["message_id"]?.integer,
            texts: [Self.trimmed(parameters["text"]?.string)]
        )
        state.nextMessage += 1
        state.messages.append(message)
        eventsContinuation.yield(.sent(message))
        return .result(json(of: message))
    }

    private func edit(_ state: inout State, _ parameters: JSONObject) -> SimulatedAnswer {
        if let refusal = Self.refusal(ofText: parameters["text"]?.string) { return refusal }
        guard let index = Self.index(state, parameters) else {
            return .refuse(400, "Bad Request: message to edit not found")
        }
        let text = Self.trimmed(parameters["text"]?.string)
        guard state.messages[index].text != text else {
            return .refuse(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                    + "same as a current content and reply markup of the message"
            )
        }
        state.messages[index].texts.append(text)
        eventsContinuation.yield(.edited(state.messages[index]))
        return .result(json(of: state.messages[index]))
    }

    private func delete(_ state: inout State, _ parameters: JSONObject) -> SimulatedAnswer {
        guard let index = Self.index(state, parameters) else {
            return .refuse(400, "Bad Request: message to delete not found")
        }
        state.messages[index].isDeleted = true
        eventsContinuation.yield(.deleted(state.messages[index]))
        return .result(true)
    }

    private static func index(_ state: State, _ parameters: JSONObject) -> Int? {
        state.messages.firstIndex { message in
            message.chat == parameters["chat_id"]?.integer && message.id == parameters["message_id"]?.integer
                && !message.isDeleted
        }
    }

    private static func refusal(ofText text: String?) -> SimulatedAnswer? {
        let text = trimmed(text)
        if text.isEmpty { return .refuse(400, "Bad Request: message text is empty") }
        if text.utf16.count > 4096 { return .refuse(400, "Bad Request: message is too long") }
        return nil
    }

    /// As the server does it before it looks at a text.
    private static func trimmed(_ text: String?) -> String { (text ?? "").trimmingWhitespace() }

    private func json(of message: SimulatedMessage) -> JSONValue {
        [
            "message_id": .integer(message.id), "date": .integer(1_760_000_000 + message.id), "from": botJSON,
            "chat": ["id": .integer(message.chat), "type": message.chat < 0 ? "supergroup" : "private"],
            "text": .string(message.text),
        ]
    }
}
