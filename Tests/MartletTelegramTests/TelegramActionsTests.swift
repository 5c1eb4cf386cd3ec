import Logging
import MartletConversation
import MartletCore
import MartletTelegram
import Testing

@Suite("What the bot does besides replying")
struct TelegramActionsTests {
    private let place = ConversationKey(bot: BotID(7_000_001), chat: ChatID(11))

    private func actions(_ api: RecordingBotAPI) throws -> TelegramActions {
        let token = try #require(BotToken("7000001:secret-letters"))
        return TelegramActions(api: api, bot: token.bot, buttons: ButtonCodec(token: token))
    }

    @Test("acknowledges presses, and a press too old to acknowledge is fine")
    func presses() async throws {
        let api = RecordingBotAPI { call, count in
            if count == 1 { throw RecordingBotAPI.refusal(400, "Bad Request: query is too old") }
            return true
        }
        let actions = try actions(api)
        try await actions.answerPress("q1", text: String(repeating: "🦜", count: 300), isAlert: true)
        try await actions.answerPress("q2", text: nil, isAlert: false)
        #expect(api.calls[0].parameters["show_alert"] == true)
        #expect((api.calls[0].parameters["text"]?.string?.utf16.count ?? 999) <= 200)
        #expect(api.calls[1].parameters == ["callback_query_id": "q2"])
    }

    @Test("sends and changes messages with choices that mean something when they are pressed")
    func choices() async throws {
        let api = RecordingBotAPI()
        let actions = try actions(api)
        let reply = FinalReply(
            text: "Send *it*?",
            isRemembered: false,
            format: .markdown,
            choices: [[ReplyChoice("Send", value: "s:1"), ReplyChoice("Discard", value: "d:1")]]
        )
        let id = try await actions.send(reply, to: place)
        try await actions.change(id, to: FinalReply(text: "Sent *", isRemembered: false), in: place)
        #expect(api.calls.map(\.method) == ["sendMessage", "editMessageText"])
        let data = api.calls[0].parameters["reply_markup"]?["inline_keyboard"]?.array?[0].array?[1]["callback_data"]?
            .string
        let token = try #require(BotToken("7000001:secret-letters"))
        let press = ButtonCodec(token: token).decode(try #require(data), query: "q")
        #expect(press?.action == .choose("d:1"))
        #expect(press?.owner == UserID(11))
        #expect(api.calls[1].parameters["text"] == "Sent *")
        #expect(api.calls[1].parameters["message_id"]?.integer == id.rawValue)
        #expect(api.calls[1].parameters["reply_markup"] == nil)
        try await actions.delete(id, in: place)
        #expect(api.calls[2].method == "deleteMessage")
    }

    @Test("sends files as a form, and none that is too large")
    func files() async throws {
        let api = RecordingBotAPI()
        let actions = try actions(api)
        try await actions.sendFile(Array("{}".utf8), name: "my\"data\r\n.json", caption: "Yours", to: place)
        let call = try #require(api.calls.first)
        #expect(call.method == "sendDocument")
        let upload = try #require(call.upload)
        let form = MultipartForm(call.parameters, upload)
        let text = String(decoding: form.bytes, as: UTF8.self)
        let boundary = try #require(form.contentType.split(separator: "boundary=").last)
        #expect(form.contentType.hasPrefix("multipart/form-data"))
        #expect(text.hasPrefix("--\(boundary)\r\n") && text.hasSuffix("\r\n--\(boundary)--\r\n"))
        #expect(text.contains("name=\"chat_id\"\r\n\r\n11\r\n"))
        #expect(text.contains("name=\"caption\"\r\n\r\nYours\r\n"))
        #expect(text.contains("filename=\"mydata.json\"\r\nContent-Type: application/octet-stream\r\n\r\n{}\r\n"))
        let error = await #expect(throws: TelegramError.self) {
            let bytes = [UInt8](repeating: 0, count: BotAPIUpload.maximumByteCount + 1)
            try await actions.sendFile(bytes, name: "x", caption: "", to: place)
        }
        #expect(error?.code == .fileTooLarge)
        #expect(api.calls.count == 1)
    }

    @Test("leaves groups, speaks in somebody's name, and answers elsewhere")
    func elsewhere() async throws {
        let api = RecordingBotAPI { call, _ in
            if call.method == "leaveChat" { throw RecordingBotAPI.refusal(403, "Forbidden: bot is not a member") }
            return nil
        }
        let actions = try actions(api)
        try await actions.leave(ChatID(-100))
        let id = try await actions.send(.written("**Hello**"), in: ConnectionID("c1"), to: ChatID(5))
        #expect(id.rawValue > 0)
        let result = InlineResult(id: "1", title: "Answer", summary: "short", text: "so **much**")
        try await actions.answerInline("q", with: Array(repeating: result, count: 60), lifetime: .seconds(30))
        try await actions.answerGuest("g", with: result)
        #expect(api.calls[1].parameters["business_connection_id"] == "c1")
        #expect(api.calls[1].parameters["text"] == "Hello")
        #expect(api.calls[2].parameters["results"]?.array?.count == 50)
        #expect(api.calls[2].parameters["cache_time"]?.integer == 30)
        #expect(api.calls[2].parameters["is_personal"] == true)
        let content = api.calls[3].parameters["result"]?["input_message_content"]
        #expect(content?["message_text"] == "so much")
        #expect(content?["entities"]?.array?.count == 1)
    }

    @Test("sends what somebody typed exactly so, and shows that they type, both in their name")
    func typed() async throws {
        let api = RecordingBotAPI()
        let actions = try actions(api)
        let marks = [
            TextMark(.bold, offset: 0, length: 5), TextMark(.link(url: "https://a.b"), offset: 8, length: 2),
            TextMark(.bold, offset: 7, length: 99), TextMark(.italic, offset: 9, length: 1),
        ]
        try await actions.showTyping(in: ConnectionID("c1"), to: ChatID(5))
        _ = try await actions.send(.typed("2*3*4 = 🦜 __24__", marks), in: ConnectionID("c1"), to: ChatID(5))
        #expect(api.calls.map(\.method) == ["sendChatAction", "sendMessage"])
        #expect(api.calls.allSatisfy { $0.parameters["business_connection_id"] == "c1" })
        #expect(api.calls[1].parameters["text"] == "2*3*4 = 🦜 __24__")
        #expect(
            api.calls[1].parameters["entities"] == [
                ["type": "bold", "offset": 0, "length": 5],
                ["type": "text_link", "offset": 8, "length": 2, "url": "https://a.b"],
            ]
        )
        _ = try await actions.send(.typed("2*3*4", []), in: ConnectionID("c1"), to: ChatID(5))
        #expect(api.calls[2].parameters["text"] == "2*3*4" && api.calls[2].parameters["entities"] == nil)
    }

    @Test("sends the words plain when the server does not like their looks")
    func fallback() async throws {
        let api = RecordingBotAPI { call, _ in
            if call.parameters["entities"] != nil {
                throw RecordingBotAPI.refusal(400, "Bad Request: ENTITY_BOUNDS_INVALID")
            }
            return nil
        }
        let reply = FinalReply(text: "**bold**", isRemembered: true)
        _ = try await actions(api).send(reply, to: place)
        #expect(api.calls.last?.parameters["text"] == "bold")
    }

    @Test("shows the passages of a reply as they look when they are sent, each within its limit")
    func passages() async throws {
        let api = RecordingBotAPI()
        let marks = [TextMark(.italic, offset: 0, length: 3)]
        let reply = FinalReply(
            text: "Draft for *Ada*:",
            isRemembered: false,
            passages: [
                .init(.written("**Yes**, at `six`")), .init(.typed("2*3 is *6*", marks), heading: "By you:"),
                .init(.written(String(repeating: "word ", count: 3000)), limit: 50), .init(.written("  ")),
            ]
        )
        _ = try await actions(api).send(reply, to: place)
        let call = try #require(api.calls.first)
        #expect(api.calls.count == 1)
        let words = String(repeating: "word ", count: 8) + "word"
        #expect(
            call.parameters["text"]?.string
                == "Draft for *Ada*:\n\nYes, at six\n\nBy you:\n2*3 is *6*\n\n\(words)…\n\n…"
        )
        #expect(call.parameters["entities"]?.array?.compactMap { $0["type"]?.string } == ["bold", "code", "italic"])
        #expect(call.parameters["entities"]?.array?[0]["offset"] == 18)
    }

    @Test("commands that concern one person in a group are marked so, unless that is turned off")
    func whisperedCommands() async throws {
        func marked(_ whispers: Bool) async -> [String: Int] {
            let api = RecordingBotAPI()
            var offers = MenuCommand.Offers()
            offers.usage = true
            await TelegramBot.registerMenus(
                api,
                offering: offers,
                whispers: whispers,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            var counts: [String: Int] = [:]
            for call in api.calls where call.method == "setMyCommands" && call.parameters["language_code"] == "tr" {
                let count = call.parameters["commands"]?.array?.count { $0["is_ephemeral"] == true } ?? 0
                counts[call.parameters["scope"]?["type"]?.string ?? "default"] = count
            }
            return counts
        }
        #expect(await marked(true) == ["default": 0, "all_group_chats": 3, "all_chat_administrators": 6])
        #expect(await marked(false) == ["default": 0, "all_group_chats": 0, "all_chat_administrators": 0])
    }

    @Test("menus wait for a server that fails in passing, and not for one that wants to be left alone for long")
    func busyMenus() async throws {
        func calls(failing code: Int, retryAfter: Int64? = nil, upTo limit: Int) async -> Int {
            let api = RecordingBotAPI { call, count in
                if call.method == "setMyCommands", count < limit {
                    throw RecordingBotAPI.refusal(code, "Busy", retryAfter: retryAfter)
                }
                return true
            }
            await TelegramBot.registerMenus(
                api,
                offering: MenuCommand.Offers(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            return api.calls(of: "setMyCommands").count
        }
        #expect(await calls(failing: 502, upTo: 1) == 10)
        #expect(await calls(failing: 429, retryAfter: 1, upTo: 1) == 10)
        #expect(await calls(failing: 429, retryAfter: 600, upTo: .max) == 1)
        #expect(await calls(failing: 400, upTo: .max) == 1)
    }

    @Test("registers menus per scope and language")
    func menus() async throws {
        let api = RecordingBotAPI()
        let commands = (0..<120).map { MenuCommand(name: "c\($0)", summary: "s") }
        try await api.setMyCommands(commands, scope: .chatMember(ChatID(-5), UserID(7)), languageCode: "tr")
        try await api.deleteMyCommands(scope: .groups, languageCode: nil)
        #expect(api.calls[0].parameters["commands"]?.array?.count == 100)
        #expect(api.calls[0].parameters["scope"] == ["type": "chat_member", "chat_id": -5, "user_id": 7])
        #expect(api.calls[0].parameters["language_code"] == "tr")
        #expect(api.calls[1].parameters == ["scope": ["type": "all_group_chats"]])
    }
}
