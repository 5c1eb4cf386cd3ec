import AsyncHTTPClient
import MartletCore
import MartletSimulator
import NIOCore
import NIOHTTP1
import Testing

@Suite("The simulator's server", .timeLimit(.minutes(1)))
struct InterfaceTests {
    private struct Connection {
        var server: SimulatorServer
        var simulator: TelegramSimulator

        func post(_ path: String, _ body: [UInt8], type: String = "application/json", origin: String? = nil)
            async throws -> (Int, JSONValue)
        {
            var request = HTTPClientRequest(url: server.baseURL + path)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: type)
            if let origin { request.headers.add(name: "Origin", value: origin) }
            request.body = .bytes(body)
            return try await send(request)
        }

        func post(_ path: String, _ json: JSONValue, origin: String? = nil) async throws -> (Int, JSONValue) {
            try await post(path, json.serialized, origin: origin)
        }

        func get(_ path: String) async throws -> (Int, JSONValue) {
            try await send(HTTPClientRequest(url: server.baseURL + path))
        }

        private func send(_ request: HTTPClientRequest) async throws -> (Int, JSONValue) {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            let body = try await response.body.collect(upTo: 1 << 24)
            let bytes = Array(body.readableBytesView)
            return (
                Int(response.status.code),
                (try? JSONValue(parsing: bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
            )
        }
    }

    private func run(_ body: (Connection) async throws -> Void) async throws {
        let simulator = TelegramSimulator()
        try await SimulatorServer.withServer(simulator) { try await body(Connection(server: $0, simulator: simulator)) }
    }

    @Test("takes JSON, forms and files, and knows wrong tokens")
    func bodies() async throws {
        try await run { connection in
            try connection.simulator.act(["act": "addUser", "id": 11, "name": "Ada"])
            try connection.simulator.act(["act": "say", "from": 11, "text": "hi"])
            let bot = "/bot" + connection.simulator.token
            #expect(try await connection.get(bot + "/getMe").1["result"]?["username"] == "martlet_test_bot")
            #expect(try await connection.get("/bot7000001:another-token/getMe").0 == 401)
            #expect(try await connection.get("/botnonsense/getMe").0 == 404)
            #expect(try await connection.get(bot + "/getme").0 == 200)
            let form = Array("chat_id=11&text=a%20b+c&reply_parameters=%7B%22message_id%22%3A100%7D".utf8)
            let sent = try await connection.post(bot + "/sendMessage", form, type: "application/x-www-form-urlencoded")
            #expect(sent.1["result"]?["text"] == "a b c")
            #expect(sent.1["result"]?["reply_to_message"]?["text"] == "hi")
            let parts =
                "--X\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n11\r\n"
                + "--X\r\nContent-Disposition: form-data; name=\"document\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n"
                + "line\r\n--line\r\n--X--\r\n"
            let type = "multipart/form-data; boundary=X"
            let document = try await connection.post(bot + "/sendDocument", Array(parts.utf8), type: type).1["result"]?[
                "document"
            ]
            #expect(document?["file_name"] == "a.txt")
            let file = try await connection.get(bot + "/getFile?file_id=" + (document?["file_id"]?.string ?? ""))
            let path = file.1["result"]?["file_path"]?.string ?? ""
            #expect(try await connection.get("/file" + bot + "/" + path).1 == "line\r\n--line")
            #expect(
                try await connection.get("/simulator/file/" + (document?["file_unique_id"]?.string ?? "")).1
                    == "line\r\n--line"
            )
            #expect(try await connection.post(bot + "/sendMessage", Array("{".utf8)).0 == 400)
            #expect(try await connection.post(bot + "/sendMessage", Array("--X".utf8), type: type).0 == 400)
        }
    }

    @Test("shows the world, lets acts be done, and refuses other pages and unknown members")
    func interface() async throws {
        try await run { connection in
            let acts: JSONValue = [
                ["act": "addUser", "name": "Ada", "id": 11], ["act": "say", "from": 11, "text": "/start"],
            ]
            let done = try await connection.post("/simulator/act", acts)
            #expect(done.1["results"]?.array?.last?["message"]?["entities"]?.array?.first?["type"] == "bot_command")
            let state = try await connection.get("/simulator/state").1
            #expect(state["users"]?.array?.count == 1 && state["messages"]?.array?.count == 1)
            #expect(state["messages"]?.array?.first?["chat_id"] == 11)
            let wrong = try await connection.post("/simulator/act", ["act": "say", "form": 11, "text": "x"])
            #expect(wrong.0 == 400 && wrong.1["error"] == "\"say\" has no member \"form\"; did you mean \"from\"?")
            let elsewhere = try await connection.post("/simulator/act", ["act": "reset"], origin: "https://example.com")
            #expect(elsewhere.0 == 403)
            #expect(
                try await connection.post("/simulator/act", ["act": "reset"], origin: connection.server.baseURL).0
                    == 200
            )
            #expect(try await connection.get("/simulator/state").1["users"]?.array?.isEmpty == true)
            #expect(try await connection.get("/").0 == 200)
            #expect(try await connection.get("/nothing/here").0 == 404)
        }
    }

    @Test("tells what happens, from where a page left off")
    func events() async throws {
        try await run { connection in
            try connection.simulator.act(["act": "addUser", "id": 11, "name": "Ada"])
            let request = HTTPClientRequest(url: connection.server.baseURL + "/simulator/events?after=0")
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            var text = ""
            var hasSpoken = false
            for try await piece in response.body {
                text += String(buffer: piece)
                if !hasSpoken {
                    try connection.simulator.act(["act": "say", "from": 11, "text": "later"])
                    hasSpoken = true
                }
                if text.contains("later") { break }
            }
            let kinds = text.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { $0.dropFirst(7) }
            #expect(kinds == ["user", "chat", "chat", "message"])
            #expect(text.hasPrefix("id: 1\n"))
        }
    }

    @Test("has a model that says what its script says, at once or in pieces")
    func model() async throws {
        let script = ModelScript([
            ModelLine(when: "count", steps: [.think("hm"), .say("one "), .say("two")]),
            ModelLine(when: "fail", steps: [.fail(503)], times: 1),
        ])
        let simulator = TelegramSimulator()
        try await SimulatorServer.withServer(simulator, script: script) { server in
            let connection = Connection(server: server, simulator: simulator)
            func ask(_ text: String, stream: Bool) async throws -> (Int, JSONValue) {
                let messages: JSONValue = [["role": "user", "content": .string(text)]]
                return try await connection.post(
                    "/v1/chat/completions",
                    ["messages": messages, "stream": .bool(stream), "model": "m"]
                )
            }
            let whole = try await ask("count", stream: false).1["choices"]?.array?.first?["message"]
            #expect(whole?["content"] == "one two" && whole?["reasoning_content"] == "hm")
            let stream = try await ask("count", stream: true).1.string ?? ""
            #expect(stream.contains(#""content":"one ""#) && stream.contains(#""reasoning_content":"hm""#))
            #expect(stream.hasSuffix("data: [DONE]\n\n"))
            #expect(try await ask("fail", stream: true).0 == 503)
            #expect(try await ask("fail", stream: false).1["choices"]?.array?.first?["message"]?["content"] == "fail")
            #expect(script.questionCount == 4 && script.finishedCount == 3)
        }
    }
}
