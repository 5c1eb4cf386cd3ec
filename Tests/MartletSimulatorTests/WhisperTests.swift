import MartletCore
import MartletSimulator
import Testing

@Suite("Simulated messages that one person sees")
struct WhisperTests {
    private func world(rights: JSONObject = [:]) throws -> Simulation {
        let simulation = try Simulation(rules: .real)
        try simulation.simulator.act(["act": "addUser", "id": 12, "name": "Bob"])
        try simulation.simulator.act(["act": "addGroup", "title": "G", "members": [11, 12], "id": -5])
        if !rights.isEmpty {
            try simulation.simulator.act(["act": "promoteBot", "chat_id": -5, "from": 11, "rights": .object(rights)])
        }
        return simulation
    }

    private func whisper(_ user: Int64, press: String? = nil) -> JSONObject {
        var parameters: JSONObject = ["receiver_user_id": .integer(user)]
        if let press { parameters["callback_query_id"] = .string(press) }
        return ["ephemeral_message_parameters": .object(parameters)]
    }

    @Test("an administrator may send one to any member of a group, and to nobody else")
    func administrators() async throws {
        let simulation = try world(rights: ["can_delete_messages": true])
        #expect(await simulation.send("psst", to: -5, whisper(12)) == "ok")
        #expect(await simulation.send("psst", to: -5, whisper(99)) == "400 Bad Request: PARTICIPANT_ID_INVALID")
        #expect(await simulation.send("psst", to: 11, whisper(11)).hasPrefix("400 Bad Request: ephemeral"))
        #expect(await simulation.send("psst", to: -5, ["ephemeral_message_parameters": ["a": 1]]).hasPrefix("400"))
    }

    @Test("any other bot needs a press of that person, no older than 15 seconds")
    func presses() async throws {
        let simulation = try world()
        #expect(await simulation.send("psst", to: -5, whisper(12)) == "400 Bad Request: MESSAGE_NOT_COMMAND")
        let markup: JSONValue = ["inline_keyboard": [[["text": "What is it?", "callback_data": "x"]]]]
        let menu = await simulation.result("sendMessage", ["chat_id": -5, "text": "menu", "reply_markup": markup])
        let press = try simulation.simulator.act([
            "act": "press", "from": 12, "chat_id": -5, "message_id": menu["message_id"] ?? .null, "data": "x",
        ])["callback_query_id"]?.string
        #expect(await simulation.send("psst", to: -5, whisper(11, press: press)).contains("query"))
        #expect(await simulation.send("psst", to: -5, whisper(12, press: press)) == "ok")
        try simulation.simulator.act(["act": "advanceClock", "seconds": 16])
        #expect(await simulation.send("psst", to: -5, whisper(12, press: press)).contains("query"))
    }

    @Test("a command that the menu marks is for the bot alone, which may answer so for 15 seconds")
    func commands() async throws {
        let simulation = try world()
        let menu: JSONValue = [
            ["command": "usage", "description": "u", "is_ephemeral": true], ["command": "new", "description": "n"],
        ]
        let scope: JSONValue = ["type": "all_group_chats"]
        #expect(await simulation.call("setMyCommands", ["commands": menu, "scope": scope]) == "ok")
        let bad: JSONValue = [["command": "usage", "description": "u", "is_ephemeral": "often"]]
        #expect(await simulation.call("setMyCommands", ["commands": bad]).hasPrefix("400"))
        var numbers: [Int64] = []
        for (text, isWhispered) in [
            ("/usage", true), ("/USAGE@martlet_test_bot now", true), ("/usage@other_bot", false), ("/new", false),
            ("/usages", false), ("say /usage", false),
        ] {
            let said = try simulation.simulator.act(["act": "say", "from": 12, "chat_id": -5, "text": .string(text)])
            #expect((said["message"]?["ephemeral_message_id"] != nil) == isWhispered, "\(text)")
            if let number = said["message"]?["ephemeral_message_id"]?.integer { numbers.append(number) }
        }
        let updates = await simulation.updates().compactMap { $0["message"] }
        let told = try #require(updates.first { $0["text"] == "/usage" })
        #expect(told["message_id"] == 0 && told["receiver_user"]?["is_bot"] == true)
        let answer = whisper(12).merging(["reply_parameters": ["ephemeral_message_id": .integer(numbers[0])]])
        let other = whisper(11).merging(["reply_parameters": ["ephemeral_message_id": .integer(numbers[0])]])
        #expect(await simulation.send("12 messages", to: -5, answer) == "ok")
        #expect(await simulation.send("12 messages", to: -5, other) == "400 Bad Request: MESSAGE_ID_INVALID")
        let told12 = try #require(simulation.simulator.messages(in: -5).last?.id)
        let thanks = try simulation.simulator.act([
            "act": "say", "from": 12, "chat_id": -5, "text": "thanks", "reply_to": .integer(told12),
        ])
        #expect(thanks["message"]?["ephemeral_message_id"] != nil, "an answer to it is between the same two")
        try simulation.simulator.act(["act": "advanceClock", "seconds": 16])
        #expect(await simulation.send("12 messages", to: -5, answer) == "400 Bad Request: MESSAGE_ID_INVALID")
        let private1 = try simulation.simulator.act(["act": "say", "from": 12, "text": "/usage"])
        #expect(private1["message"]?["ephemeral_message_id"] == nil)
    }

    @Test("has no number among messages: it is changed, pressed and deleted by its own")
    func numbers() async throws {
        let simulation = try world(rights: ["can_delete_messages": true])
        let markup: JSONValue = ["inline_keyboard": [[["text": "Yes", "callback_data": "y"]]]]
        let sent = await simulation.result(
            "sendMessage",
            (["chat_id": -5, "text": "psst", "reply_markup": markup] as JSONObject).merging(whisper(12))
        )
        #expect(sent["message_id"] == 0)
        #expect(sent["receiver_user"]?["id"] == 12)
        let number = try #require(sent["ephemeral_message_id"]?.integer)
        let ordinary: JSONObject = ["chat_id": -5, "message_id": .integer(number), "text": "other"]
        #expect(await simulation.call("editMessageText", ordinary) == "400 Bad Request: message to edit not found")
        #expect(await simulation.call("deleteMessage", ordinary) == "400 Bad Request: message to delete not found")
        #expect(throws: SimulatorActError.self) {
            try simulation.simulator.act([
                "act": "press", "from": 11, "chat_id": -5, "message_id": .integer(number), "data": "y",
            ])
        }
        _ = await simulation.updates()
        try simulation.simulator.act([
            "act": "press", "from": 12, "chat_id": -5, "message_id": .integer(number), "data": "y",
        ])
        let pressed = await simulation.updates().last?["callback_query"]?["message"]
        #expect(pressed?["ephemeral_message_id"]?.integer == number && pressed?["message_id"] == 0)
        let own: JSONObject = [
            "chat_id": -5, "receiver_user_id": 12, "ephemeral_message_id": .integer(number), "text": "done",
        ]
        #expect(await simulation.call("editEphemeralMessageText", own) == "ok")
        #expect(simulation.simulator.texts(in: -5).last == "done")
        #expect(
            await simulation.call("editEphemeralMessageText", own.merging(["receiver_user_id": 11])).hasPrefix("400")
        )
        #expect(await simulation.call("deleteEphemeralMessage", own) == "ok")
        #expect(await simulation.call("deleteEphemeralMessage", own).hasPrefix("400"))
    }
}

@Suite("Simulated reactions, albums and channels")
struct ReactionTests {
    @Test("people react as they like, the bot once to a message; administrators and private chats are told")
    func reactions() async throws {
        let simulation = try Simulation(rules: .unhurried)
        try simulation.simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5])
        _ = await simulation.result("getUpdates", ["timeout": 0, "allowed_updates": ["message", "message_reaction"]])
        let own = await simulation.result("sendMessage", ["chat_id": 11, "text": "hi"])["message_id"] ?? .null
        _ = await simulation.updates()
        let react: JSONObject = ["act": "react", "from": 11, "message_id": own, "emoji": "👍"]
        try simulation.simulator.act(react)
        try simulation.simulator.act(react.merging(["emoji": "🔥"]))
        try simulation.simulator.act(react.merging(["emoji": ""]))
        let told = await simulation.updates().compactMap { $0["message_reaction"] }
        #expect(told.map { $0["new_reaction"]?.array?.first?["emoji"]?.string } == ["👍", "🔥", nil])
        #expect(told.map { $0["old_reaction"]?.array?.first?["emoji"]?.string } == [nil, "👍", "🔥"])
        #expect(throws: SimulatorActError.self) { try simulation.simulator.act(react.merging(["emoji": "x"])) }
        let group = await simulation.result("sendMessage", ["chat_id": -5, "text": "hi"])["message_id"] ?? .null
        _ = await simulation.updates()
        try simulation.simulator.act(react.merging(["chat_id": -5, "message_id": group]))
        #expect(await simulation.updates().isEmpty, "the bot is no administrator there")
        let thumb: JSONValue = ["type": "emoji", "emoji": "👍"]
        func set(_ list: JSONValue) async -> String {
            await simulation.call("setMessageReaction", ["chat_id": 11, "message_id": own, "reaction": list])
        }
        #expect(await set([thumb]) == "ok")
        #expect(await set([]) == "ok")
        #expect(await set([thumb, thumb]) == "400 Bad Request: REACTIONS_TOO_MANY")
        #expect(await set([["type": "emoji", "emoji": "🥑"]]) == "400 Bad Request: REACTION_INVALID")
    }

    @Test("the bot sends two to ten things as one album, every part of which counts")
    func albums() async throws {
        let simulation = try Simulation(rules: .real)
        try simulation.simulator.act(["act": "send", "from": 11, "kind": "photo"])
        let photo = await simulation.updates().last?["message"]?["photo"]?.array?.first?["file_id"] ?? .null
        func item(_ kind: String = "photo") -> JSONValue { ["type": .string(kind), "media": photo, "caption": "c"] }
        func send(_ media: JSONValue) async -> String {
            await simulation.call("sendMediaGroup", ["chat_id": 11, "media": media])
        }
        let sent = await simulation.result("sendMediaGroup", ["chat_id": 11, "media": [item(), item()]]).array ?? []
        #expect(sent.count == 2)
        #expect(Set(sent.compactMap { $0["media_group_id"]?.string }).count == 1)
        #expect(await send([item()]).contains("few"))
        #expect(await send(.array(Array(repeating: item(), count: 11))).contains("many"))
        #expect(await send([item(), item("document")]).contains("different types"))
        #expect(await send([item(), ["type": "photo", "media": "nowhere"]]).hasPrefix("400"))
        #expect(await send([item(), item(), item()]).hasPrefix("429"), "four and a half messages at once are too many")
    }

    @Test("channels speak for themselves, and their posts are commented on in a group")
    func channels() async throws {
        let simulation = try Simulation(rules: .unhurried)
        try simulation.simulator.act(["act": "addUser", "id": 12, "name": "Bob"])
        try simulation.simulator.act([
            "act": "addGroup", "title": "News", "type": "channel", "members": [11, 12], "id": -7,
            "bot": "administrator",
        ])
        try simulation.simulator.act([
            "act": "addGroup", "title": "Talk", "members": [11, 12], "id": -8, "bot": "administrator",
        ])
        try simulation.simulator.act(["act": "linkGroup", "chat_id": -7, "group_id": -8])
        _ = await simulation.updates()
        try simulation.simulator.act(["act": "say", "from": 11, "chat_id": -7, "text": "It rains"])
        let updates = await simulation.updates()
        let post = updates.compactMap { $0["channel_post"] }.first
        #expect(post?["sender_chat"]?["id"] == -7 && post?["from"] == nil && post?["text"] == "It rains")
        let forward = updates.compactMap { $0["message"] }.first
        #expect(forward?["chat"]?["id"] == -8 && forward?["is_automatic_forward"] == true)
        #expect(forward?["forward_origin"]?["message_id"] == post?["message_id"])
        try simulation.simulator.act([
            "act": "say", "from": 12, "chat_id": -8, "text": "It does", "reply_to": forward?["message_id"] ?? .null,
        ])
        #expect(await simulation.updates().last?["message"]?["reply_to_message"]?["is_automatic_forward"] == true)
        #expect(throws: SimulatorActError.self) {
            try simulation.simulator.act(["act": "say", "from": 12, "chat_id": -7, "text": "me too"])
        }
        let own = await simulation.result("sendMessage", ["chat_id": -7, "text": "And stops"])
        #expect(own["sender_chat"]?["id"] == -7)
        #expect(simulation.simulator.texts(in: -8) == [], "what the bot's post became there is nobody's answer")
        try simulation.simulator.act([
            "act": "promoteBot", "chat_id": -7, "from": 11, "rights": ["can_pin_messages": true],
        ])
        #expect(await simulation.send("no", to: -7) == "400 Bad Request: need administrator rights in the channel chat")
    }

    @Test("an owner's deletion in a business chat is told like a contact's")
    func businessDeletions() async throws {
        let simulation = try Simulation(rules: .unhurried)
        try simulation.simulator.act(["act": "addUser", "id": 12, "name": "Bob"])
        try simulation.simulator.act(["act": "connect", "from": 11])
        var messages: [JSONValue] = []
        for text in ["one", "two"] {
            let said = try simulation.simulator.act([
                "act": "say", "from": 12, "text": .string(text), "business_connection_id": "connection-11",
            ])
            messages.append(said["message"]?["message_id"] ?? .null)
        }
        _ = await simulation.updates()
        try simulation.simulator.act(["act": "delete", "from": 12, "message_ids": [messages[0]]])
        try simulation.simulator.act(["act": "delete", "from": 11, "chat_id": 12, "message_ids": [messages[1]]])
        let told = await simulation.updates().compactMap { $0["deleted_business_messages"] }
        #expect(told.map { $0["message_ids"]?.array ?? [] } == [[messages[0]], [messages[1]]])
        #expect(told.allSatisfy { $0["business_connection_id"] == "connection-11" && $0["chat"]?["id"] == 12 })
    }
}
