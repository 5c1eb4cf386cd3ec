import MartletCore
import MartletSimulator
import Testing

@Suite("The simulated server")
struct MethodTests {
    @Test("refuses chats in the real server's words")
    func chats() async throws {
        let simulation = try Simulation(speaks: false)
        let simulator = simulation.simulator
        #expect(await simulation.call("sendMessage", ["text": "x"]) == "400 Bad Request: chat_id is empty")
        #expect(await simulation.send("x", to: 99) == "400 Bad Request: chat not found")
        #expect(await simulation.send("x") == "403 Forbidden: bot can't initiate conversation with a user")
        try simulator.act(["act": "say", "from": 11, "text": "hello"])
        #expect(await simulation.send("x") == "ok")
        try simulator.act(["act": "block", "from": 11])
        #expect(await simulation.send("x") == "403 Forbidden: bot was blocked by the user")
        try simulator.act(["act": "unblock", "from": 11])
        try simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5, "type": "group"])
        #expect(await simulation.send("x", to: -5) == "ok")
        try simulator.act(["act": "removeBot", "chat_id": -5, "from": 11])
        #expect(await simulation.send("x", to: -5) == "403 Forbidden: bot was kicked from the group chat")
        try simulator.act(["act": "addBot", "chat_id": -5, "from": 11])
        #expect(await simulation.call("leaveChat", ["chat_id": -5]) == "ok")
        #expect(await simulation.send("x", to: -5) == "403 Forbidden: bot is not a member of the group chat")
        try simulator.act(["act": "addBot", "chat_id": -5, "from": 11])
        let successor = try simulator.act(["act": "migrate", "chat_id": -5, "from": 11])["chat"]?["id"]?.integer
        let refused = await simulator.call("sendMessage", ["chat_id": -5, "text": "x"])
        #expect(refused?.answer["parameters"]?["migrate_to_chat_id"]?.integer == successor)
        #expect(await simulation.send("x", to: successor ?? 0) == "ok")
        #expect(await simulation.call("noSuchMethod") == "404 Not Found")
    }

    @Test("edits what is the bot's and differs, and says when it does not")
    func editing() async throws {
        let simulation = try Simulation()
        let id = await simulation.result("sendMessage", ["chat_id": 11, "text": "one"])["message_id"] ?? .null
        func edit(_ text: String, _ id: JSONValue, _ more: JSONObject = [:]) async -> String {
            let parameters: JSONObject = ["chat_id": 11, "message_id": id, "text": .string(text)]
            return await simulation.call("editMessageText", parameters.merging(more))
        }
        #expect(await edit("one", id).hasPrefix("400 Bad Request: message is not modified"))
        #expect(await edit("one ", id).hasPrefix("400 Bad Request: message is not modified"))
        #expect(await edit("two", id) == "ok")
        let keyboard: JSONValue = ["inline_keyboard": [[["text": "Stop", "callback_data": "stop"]]]]
        #expect(await edit("two", id, ["reply_markup": keyboard]) == "ok")
        #expect(simulation.simulator.messages(in: 11)[0].buttons[0][0]["text"] == "Stop")
        #expect(await edit("three", 100) == "400 Bad Request: message can't be edited")
        #expect(await edit("three", 999) == "400 Bad Request: message to edit not found")
        #expect(await simulation.call("deleteMessage", ["chat_id": 11, "message_id": id]) == "ok")
        #expect(
            await simulation.call("deleteMessage", ["chat_id": 11, "message_id": id])
                == "400 Bad Request: message to delete not found"
        )
        #expect(simulation.simulator.messages(in: 11).isEmpty)
    }

    @Test(
        "checks buttons",
        arguments: [
            (#"{"inline_keyboard":[[{"text":"a","callback_data":"x"}]]}"#, "ok"),
            (
                #"{"inline_keyboard":[[{"text":"a","callback_data":"\#(String(repeating: "é", count: 33))"}]]}"#,
                "400 Bad Request: BUTTON_DATA_INVALID"
            ),
            (#"{"inline_keyboard":[[{"text":"a","callback_data":""}]]}"#, "400 Bad Request: BUTTON_DATA_INVALID"),
            (
                #"{"inline_keyboard":[[{"text":"a"}]]}"#,
                "400 Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
            ),
            (
                #"{"inline_keyboard":[{"text":"a"}]}"#,
                "400 Bad Request: field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays"
            ),
            (#"[1]"#, "400 Bad Request: object expected as reply markup"),
            (#"{"#, "400 Bad Request: can't parse reply keyboard markup JSON object"),
        ]
    )
    func buttons(markup: String, expected: String) async throws {
        #expect(await (try Simulation()).send("x", ["reply_markup": .string(markup)]) == expected)
    }

    @Test("finds what is replied to, unless it may be missing, and keeps quotes")
    func replies() async throws {
        let simulation = try Simulation()
        #expect(await simulation.send("x", ["reply_parameters": ["message_id": 100]]) == "ok")
        #expect(simulation.simulator.messages(in: 11).last?.replyTo == 100)
        #expect(
            await simulation.send("x", ["reply_parameters": ["message_id": 55]])
                == "400 Bad Request: message to be replied not found"
        )
        let optional: JSONValue = ["message_id": 55, "allow_sending_without_reply": true]
        #expect(await simulation.send("x", ["reply_parameters": optional]) == "ok")
        #expect(
            await simulation.send("x", ["reply_parameters": ["message_id": 100, "quote": "never"]])
                == "400 Bad Request: QUOTE_TEXT_INVALID"
        )
        #expect(await simulation.send("x", ["reply_parameters": ["message_id": 100, "quote": "ell"]]) == "ok")
        #expect(simulation.simulator.messages(in: 11).last?.json["quote"]?["position"] == 1)
        #expect(await simulation.send("x", ["message_thread_id": 1]) == "400 Bad Request: message thread not found")
    }

    @Test("shows drafts for 30 seconds, only in private chats, until the answer comes or they are stopped")
    func drafts() async throws {
        let simulation = try Simulation()
        let simulator = simulation.simulator
        try simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5])
        let draft: JSONObject = [
            "chat_id": 11, "draft_id": 7, "text": "thinking", "can_stop": true, "keep_on_stop": true,
        ]
        #expect(
            await simulation.call("sendMessageDraft", draft.merging(["chat_id": -5]))
                == "400 Bad Request: TEXTDRAFT_PEER_INVALID"
        )
        #expect(
            await simulation.call("sendMessageDraft", draft.merging(["draft_id": 0]))
                == "400 Bad Request: draft_id must be non-zero"
        )
        #expect(await simulation.call("sendMessageDraft", draft) == "ok")
        #expect(simulator.drafts(in: 11) == ["thinking"])
        simulator.clock.advance(by: .seconds(29))
        #expect(simulator.drafts(in: 11) == ["thinking"])
        simulator.clock.advance(by: .seconds(2))
        #expect(simulator.drafts(in: 11) == [])
        #expect(await simulation.call("sendMessageDraft", draft) == "ok")
        #expect(await simulation.send("done") == "ok")
        #expect(simulator.drafts(in: 11) == [])
        #expect(await simulation.call("sendMessageDraft", draft.merging(["draft_id": 8])) == "ok")
        try simulator.act(["act": "stopDraft", "from": 11, "draft_id": 8])
        let stopped = await simulation.updates().last?["stopped_message_generation"]
        #expect(stopped?["draft_id"] == 8)
    }

    @Test("answers a press once, and not after its time")
    func presses() async throws {
        let simulation = try Simulation()
        let simulator = simulation.simulator
        let keyboard: JSONValue = ["inline_keyboard": [[["text": "a", "callback_data": "x"]]]]
        #expect(await simulation.send("x", ["reply_markup": keyboard]) == "ok")
        let id = JSONValue.integer(simulator.messages(in: 11)[0].id)
        let press: JSONObject = ["act": "press", "from": 11, "message_id": id, "data": "x"]
        let query = try simulator.act(press)["callback_query_id"] ?? .null
        #expect(await simulation.updates().last?["callback_query"]?["data"] == "x")
        #expect(await simulation.call("answerCallbackQuery", ["callback_query_id": query]) == "ok")
        let tooOld = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
        #expect(await simulation.call("answerCallbackQuery", ["callback_query_id": query]) == tooOld)
        let late = try simulator.act(press)["callback_query_id"] ?? .null
        simulator.clock.advance(by: .seconds(151))
        #expect(await simulation.call("answerCallbackQuery", ["callback_query_id": late]) == tooOld)
        #expect(throws: SimulatorActError.self) { try simulator.act(press.merging(["data": "y"])) }
    }

    @Test("serves inline questions, guests and people's accounts")
    func elsewhere() async throws {
        let simulation = try Simulation()
        let simulator = simulation.simulator
        try simulator.act(["act": "addUser", "id": 22, "name": "Boris"])
        let article: JSONValue = [
            "type": "article", "id": "1", "title": "T", "input_message_content": ["message_text": "answer"],
        ]
        let query = try simulator.act(["act": "inline", "from": 11, "query": "q"])["inline_query_id"] ?? .null
        #expect(await simulation.call("answerInlineQuery", ["inline_query_id": query, "results": [article]]) == "ok")
        let chosen = try simulator.act(["act": "chooseInline", "from": 11, "inline_query_id": query, "result_id": "1"])
        #expect(chosen["message"]?["text"] == "answer")
        try simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5, "bot": "none"])
        let guest = try simulator.act(["act": "guest", "from": 11, "chat_id": -5, "text": "@martlet_test_bot why?"])
        #expect(await simulation.updates().last?["guest_message"]?["guest_query_id"] == guest["guest_query_id"])
        let answered = await simulation.result(
            "answerGuestQuery",
            ["guest_query_id": guest["guest_query_id"] ?? .null, "result": article]
        )
        #expect(answered["inline_message_id"] != nil)
        #expect(simulator.texts(in: -5) == ["answer"])
        let edited: JSONObject = ["inline_message_id": answered["inline_message_id"] ?? .null, "text": "better"]
        #expect(await simulation.call("editMessageText", edited) == "ok")
        try simulator.act(["act": "connect", "from": 11])
        let own: JSONObject = ["business_connection_id": "connection-11"]
        #expect(await simulation.send("x", to: 22, own) == "400 Bad Request: BUSINESS_PEER_INVALID")
        try simulator.act(["act": "say", "from": 22, "text": "hi", "business_connection_id": "connection-11"])
        #expect(await simulation.updates().last?["business_message"]?["text"] == "hi")
        #expect(await simulation.send("x", to: 22, own) == "ok")
        #expect(await simulation.send("x", to: 22) == "403 Forbidden: bot can't initiate conversation with a user")
        simulator.clock.advance(by: .seconds(86_400))
        #expect(await simulation.send("x", to: 22, own) == "400 Bad Request: BUSINESS_PEER_INVALID")
    }

    @Test("keeps menus by scope and language, and refuses malformed ones")
    func menus() async throws {
        let simulation = try Simulation()
        let commands: JSONValue = [["command": "start", "description": "begin"]]
        #expect(await simulation.call("setMyCommands", ["commands": commands]) == "ok")
        let scoped: JSONObject = ["commands": commands, "scope": ["type": "all_private_chats"], "language_code": "tr"]
        #expect(await simulation.call("setMyCommands", scoped) == "ok")
        #expect(await simulation.result("getMyCommands", ["language_code": "tr"]) == [])
        #expect(await simulation.result("getMyCommands") == commands)
        #expect(
            await simulation.call("setMyCommands", ["commands": [["command": "Start", "description": "x"]]])
                == "400 Bad Request: BOT_COMMAND_INVALID"
        )
        #expect(await simulation.call("deleteMyCommands") == "ok")
        #expect(await simulation.result("getMyCommands") == [])
    }

    @Test("never traps on hostile parameters")
    func hostile() async throws {
        let simulation = try Simulation()
        let values: [JSONValue] = [
            .null, "", "x", -1, 9_223_372_036_854_775_807, 1.5, true, [], [:], [[]], "{", "[1", ["type": 5],
            "\u{0}\u{202E}",
            .string(String(repeating: "🦜", count: 5000)),
        ]
        let names = [
            "chat_id", "text", "entities", "parse_mode", "message_id", "reply_parameters", "reply_markup", "draft_id",
            "message_ids", "commands", "scope", "results", "rich_message", "offset", "limit", "allowed_updates", "url",
        ]
        for method in [
            "sendMessage", "editMessageText", "deleteMessages", "sendMessageDraft", "sendRichMessage", "setMyCommands",
            "answerInlineQuery", "setWebhook", "getUpdates", "sendDocument", "getChatMember", "answerGuestQuery",
        ] {
            for name in names {
                for value in values {
                    let parameters: JSONObject = ["chat_id": 11, "text": "x", "message_id": 101]
                    let answer = await simulation.simulator.call(method, parameters.merging([name: value]))
                    #expect(answer?.answer["ok"] != nil)
                }
            }
        }
    }
}
