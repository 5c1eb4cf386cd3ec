import MartletCore
import MartletSimulator
import Testing

@Suite("The simulated limits")
struct LimitTests {
    @Test("let a short burst pass in a chat and then about one message a second")
    func chat() async throws {
        let simulation = try Simulation(rules: .real)
        var passed = 0
        while await simulation.send("\(passed)") == "ok" { passed += 1 }
        #expect((3...6).contains(passed))
        simulation.simulator.clock.advance(by: .seconds(1))
        for index in 0..<30 {
            simulation.simulator.clock.advance(by: .seconds(1))
            #expect(await simulation.send("slow \(index)") == "ok")
        }
    }

    @Test("let 20 messages and edits a minute pass in a group")
    func group() async throws {
        let simulation = try Simulation(rules: .real)
        try simulation.simulator.act(["act": "addGroup", "title": "G", "members": [11], "id": -5])
        var passed = 0
        for index in 0..<40 {
            simulation.simulator.clock.advance(by: .seconds(1))
            guard await simulation.send("\(index)", to: -5) == "ok" else { break }
            passed += 1
        }
        #expect(passed == 20)
        simulation.simulator.clock.advance(by: .seconds(61))
        #expect(await simulation.send("later", to: -5) == "ok")
    }

    @Test("let 30 messages a second pass over all chats, and silence none for it")
    func everywhere() async throws {
        let simulation = try Simulation(rules: .real)
        var refused = 0
        for id in 1000..<1040 as Range<Int64> {
            try simulation.simulator.act(["act": "addUser", "id": .integer(id), "name": "P"])
            try simulation.simulator.act(["act": "say", "from": .integer(id), "text": "x"])
            if await simulation.send("x", to: id) != "ok" { refused += 1 }
        }
        #expect(refused == 10)
        #expect(simulation.simulator.messagesIntoSilence.isEmpty)
    }

    @Test("ask for longer silence from whoever does not keep it, and note the call")
    func ignored() async throws {
        let simulation = try Simulation(rules: .real)
        simulation.simulator.fail("sendMessage", with: .tooManyRequests(retryAfter: 5))
        #expect(await simulation.send("x") == "429 Too Many Requests: retry after 5")
        #expect(await simulation.send("x") == "429 Too Many Requests: retry after 10")
        #expect(await simulation.send("x") == "429 Too Many Requests: retry after 20")
        #expect(simulation.simulator.messagesIntoSilence.count == 2)
        simulation.simulator.clock.advance(by: .seconds(20))
        #expect(await simulation.send("x") == "ok")
    }

    @Test("meet faults by method, chat, occurrence and count")
    func faults() async throws {
        let simulation = try Simulation()
        simulation.simulator.fail("sendMessage", with: .status(502), at: 2, count: 2)
        var answers: [String] = []
        for _ in 0..<4 { answers.append(await simulation.send("x")) }
        #expect(answers == ["ok", "502 ", "502 ", "ok"])
        let fault: JSONObject = [
            "act": "fault", "fault": "refusal", "chat_id": 11, "status": 403, "description": "Forbidden: x",
        ]
        try simulation.simulator.act(fault)
        #expect(await simulation.call("sendChatAction", ["chat_id": 11, "action": "typing"]) == "403 Forbidden: x")
        #expect(await simulation.send("x") == "ok")
        try simulation.simulator.act(["act": "fault", "fault": "duplicate_updates"])
        #expect(await simulation.updates().count == 2)
        simulation.simulator.fail("sendMessage", with: .resetAfterEffect)
        #expect(await simulation.send("done all the same") == "none")
        #expect(simulation.simulator.texts(in: 11).last == "done all the same")
        #expect(throws: SimulatorActError.self) { try simulation.simulator.act(["act": "fault", "fault": "rest"]) }
    }

    @Test("give up updates after their time")
    func lives() async throws {
        let simulation = try Simulation()
        try simulation.simulator.act(["act": "inline", "from": 11, "query": "x"])
        simulation.simulator.clock.advance(by: .seconds(31))
        #expect(await simulation.updates().count == 1)
        try simulation.simulator.act(["act": "say", "from": 11, "text": "x"])
        simulation.simulator.clock.advance(by: .seconds(86_401))
        #expect(await simulation.updates().isEmpty)
    }
}
