import MartletCore
import MartletSimulator
import Testing

@Suite("A simulated group")
struct GroupTests {
    private func heard(
        _ text: String,
        _ more: JSONObject = [:],
        prepare: (TelegramSimulator) throws -> Void = { _ in }
    ) async throws -> Bool {
        let simulation = try Simulation(rules: .real)
        try simulation.simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5])
        try prepare(simulation.simulator)
        _ = await simulation.updates()
        try simulation.simulator.act(
            (["act": "say", "from": 11, "chat_id": -5, "text": .string(text)] as JSONObject).merging(more)
        )
        return await !simulation.updates().isEmpty
    }

    @Test(
        "lets a bot in privacy mode hear only what is meant for it",
        arguments: [
            ("hello everybody", false), ("/start", true), ("/start@martlet_test_bot", true),
            ("/start@other_bot", false),
            ("hello @martlet_test_bot", true), ("hello @Martlet_Test_Bot", true), ("hello @martlet_test_bott", false),
            ("mail martlet_test_bot", false),
        ]
    )
    func privacy(text: String, isHeard: Bool) async throws {
        #expect(try await heard(text) == isHeard)
    }

    @Test("lets an administrator, and a bot without privacy mode, hear everything")
    func everything() async throws {
        #expect(
            try await heard("hello") {
                try $0.act(["act": "promoteBot", "chat_id": -5, "from": 11, "rights": ["can_delete_messages": true]])
            }
        )
        #expect(try await heard("hello") { try $0.act(["act": "privacyMode", "is_on": false]) })
        #expect(try await !heard("hello") { try $0.act(["act": "removeBot", "chat_id": -5, "from": 11]) })
    }

    @Test("lets replies to the bot pass, not replies to others")
    func replies() async throws {
        let simulation = try Simulation(rules: .real)
        try simulation.simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5])
        let own = await simulation.result("sendMessage", ["chat_id": -5, "text": "I am here"])["message_id"] ?? .null
        _ = await simulation.updates()
        try simulation.simulator.act(["act": "say", "from": 11, "chat_id": -5, "text": "why", "reply_to": own])
        let update = await simulation.updates().last
        #expect(update?["message"]?["reply_to_message"]?["text"] == "I am here")
        let mine = update?["message"]?["message_id"] ?? .null
        try simulation.simulator.act(["act": "say", "from": 11, "chat_id": -5, "text": "so", "reply_to": mine])
        #expect(await simulation.updates().isEmpty)
    }

    @Test("tells the bot of its own place, and counts its messages by itself")
    func membership() async throws {
        let simulation = try Simulation(rules: .real)
        let simulator = simulation.simulator
        _ = await simulation.updates()
        try simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5, "is_forum": true])
        let updates = await simulation.updates()
        #expect(updates.first?["my_chat_member"]?["new_chat_member"]?["status"] == "member")
        #expect(updates.last?["message"]?["new_chat_members"]?.array?.count == 1)
        #expect(updates.last?["message"]?["message_id"] == 1)
        let topic =
            try simulator.act(["act": "addTopic", "chat_id": -5, "from": 11, "name": "T"])["message_thread_id"] ?? .null
        #expect(await simulation.send("x", to: -5, ["message_thread_id": topic]) == "ok")
        #expect(
            await simulation.send("x", to: -5, ["message_thread_id": 99]) == "400 Bad Request: message thread not found"
        )
        #expect(simulator.messages(in: -5).last?.thread == topic.integer)
        let member = await simulation.result("getChatMember", ["chat_id": -5, "user_id": .integer(simulator.botID)])
        #expect(member["status"] == "member")
    }

    @Test("cuts pastes, keeps albums together, and tells forwards")
    func bursts() async throws {
        let simulation = try Simulation()
        let simulator = simulation.simulator
        _ = await simulation.updates()
        try simulator.act(["act": "paste", "from": 11, "text": .string(String(repeating: "🦜x", count: 3000))])
        let lengths = await simulation.updates().map { $0["message"]?["text"]?.string?.utf16.count ?? 0 }
        #expect(lengths.count == 3 && lengths.allSatisfy { $0 <= 4096 } && lengths.reduce(0, +) == 9000)
        let items: JSONValue = [["kind": "photo", "caption": "two"], ["kind": "photo"]]
        try simulator.act(["act": "album", "from": 11, "items": items])
        let album = await simulation.updates()
        #expect(Set(album.map { $0["message"]?["media_group_id"] }).count == 1 && album.count == 2)
        try simulator.act(["act": "forward", "from": 11, "messages": [["chat_id": 11, "message_id": 100]]])
        #expect(await simulation.updates().last?["message"]?["forward_origin"]?["sender_user"]?["id"] == 11)
        try simulator.act(["act": "edit", "from": 11, "message_id": 100, "text": "changed"])
        #expect(await simulation.updates().last?["edited_message"]?["text"] == "changed")
    }
}
