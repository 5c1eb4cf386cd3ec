import MartletCore
import MartletSimulator
import Testing

@Suite("A simulated webhook", .timeLimit(.minutes(1)))
struct WebhookTests {
    private func run(_ body: (Simulation, HookReceiver, String) async throws -> Void) async throws {
        let simulation = try Simulation(speaks: false)
        try await SimulatorServer.withServer(simulation.simulator) { _ in
            try await HookReceiver.with { receiver, url in try await body(simulation, receiver, url) }
        }
    }

    private func until(_ simulation: Simulation, _ condition: () -> Bool) async throws {
        #expect(try await simulation.simulator.wait(timeout: .seconds(20), until: condition))
    }

    private func say(_ text: String, _ simulation: Simulation, from user: Int64 = 11) throws {
        try simulation.simulator.act(["act": "say", "from": .integer(user), "text": .string(text)])
    }

    @Test("gets updates with the secret, one chat's in order, and takes a call in its answer")
    func delivers() async throws {
        try await run { simulation, receiver, url in
            let call = #"{"method":"sendMessage","chat_id":11,"text":"by the answer"}"#
            receiver.answer([.init(body: call), .init(body: #"{"method":"getMe"}"#)])
            #expect(await simulation.call("setWebhook", ["url": .string(url), "secret_token": "s3cret_-"]) == "ok")
            for text in ["one", "two", "three"] { try say(text, simulation) }
            try await until(simulation) { simulation.simulator.unconfirmedCount == 0 }
            #expect(receiver.deliveries.compactMap { $0.body["message"]?["text"]?.string } == ["one", "two", "three"])
            #expect(receiver.deliveries.allSatisfy { $0.secret == "s3cret_-" })
            #expect(simulation.simulator.texts(in: 11) == ["by the answer"])
            #expect(simulation.simulator.calls(of: "getMe").isEmpty)
            #expect(await simulation.call("getUpdates").hasPrefix("409 Conflict: can't use getUpdates"))
        }
    }

    @Test("is tried again at once, then after 2, 4, 8 seconds, or when it says, and holds back its own chat only")
    func retries() async throws {
        try await run { simulation, receiver, url in
            let simulator = simulation.simulator
            receiver.answer(
                [
                    .init(status: 500), .init(status: 500), .init(status: 500), .init(status: 500),
                    .init(status: 503, headers: [("Retry-After", "100")]),
                ]
            )
            #expect(await simulation.call("setWebhook", ["url": .string(url)]) == "ok")
            try say("first", simulation)
            try say("second", simulation)
            // The first attempt and the one at once.
            try await until(simulation) { receiver.deliveries.count == 2 && simulator.nextAttempt != nil }
            for (pause, count) in [(2, 3), (4, 4), (8, 5)] {
                simulator.clock.advance(by: .seconds(pause) - .milliseconds(10))
                try await Task.sleep(for: .milliseconds(20))
                #expect(receiver.deliveries.count == count - 1)
                simulator.clock.advance(by: .milliseconds(20))
                // What it says to the delivery has to be heard before the next pause begins.
                try await until(simulation) { receiver.deliveries.count == count && simulator.nextAttempt != nil }
            }
            let information = await simulation.result("getWebhookInfo")
            #expect(information["last_error_message"] == "Wrong response from the webhook: 503 Service Unavailable")
            #expect(information["pending_update_count"] == 2)
            try simulator.act(["act": "addUser", "id": 22, "name": "Boris"])
            try say("other chat", simulation, from: 22)
            try await until(simulation) { receiver.deliveries.count == 6 }
            #expect(receiver.deliveries.last?.body["message"]?["text"] == "other chat")
            simulator.clock.advance(by: .seconds(101))
            try await until(simulation) { simulator.unconfirmedCount == 0 }
            let texts = receiver.deliveries.compactMap { $0.body["message"]?["text"]?.string }
            #expect(texts == Array(repeating: "first", count: 5) + ["other chat", "first", "second"])
        }
    }

    @Test("has a minute for its answer, and updates live a day")
    func timeouts() async throws {
        try await run { simulation, receiver, url in
            receiver.answer([.init(isSilent: true)])
            #expect(await simulation.call("setWebhook", ["url": .string(url)]) == "ok")
            try say("slow", simulation)
            try await until(simulation) { receiver.deliveries.count == 1 }
            simulation.simulator.clock.advance(by: .seconds(61))
            try await until(simulation) { simulation.simulator.unconfirmedCount == 0 }
            #expect(receiver.deliveries.count == 2)
            #expect(await simulation.result("getWebhookInfo")["last_error_message"] == "Read timeout expired")
        }
    }

    @Test(
        "refuses settings that the real server refuses",
        arguments: [
            (["url": "ftp://example.com"], "400 Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
            (
                ["url": "https://example.com", "secret_token": "a b"],
                "400 Bad Request: secret token contains unallowed characters"
            ),
            (
                ["url": "https://example.com", "allowed_updates": "x"],
                "400 Bad Request: can't parse allowed_updates JSON array"
            ),
            (["url": ""], "ok"), (["url": "https://example.com/hook", "max_connections": 500], "ok"),
        ] as [(JSONObject, String)]
    )
    func settings(parameters: JSONObject, expected: String) async throws {
        #expect(await (try Simulation()).call("setWebhook", parameters) == expected)
    }

    @Test("hears only the kinds of updates that it asked for")
    func allowed() async throws {
        let simulation = try Simulation(speaks: false)
        let kinds: JSONValue = ["callback_query"]
        #expect(await simulation.call("getUpdates", ["allowed_updates": kinds, "timeout": 0]) == "ok")
        try say("unheard", simulation)
        #expect(simulation.simulator.unconfirmedCount == 0)
        #expect(await simulation.call("getUpdates", ["allowed_updates": [], "timeout": 0]) == "ok")
        try say("heard", simulation)
        #expect(simulation.simulator.unconfirmedCount == 1)
    }
}
