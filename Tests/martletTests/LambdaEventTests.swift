import Foundation
import MartletCore
import MartletSimulator
import Testing

/// Events of every kind, sent through the emulator to a function with the model in the box.
@Suite("A function's events", .serialized, .timeLimit(.minutes(5)))
struct LambdaEventTests {
    /// What somebody writes to the bot, as Telegram delivers it.
    private static func update(_ number: Int, _ text: String, chat: Int64 = 11) -> JSONValue {
        let sender: JSONValue = ["id": .integer(chat), "is_bot": false, "first_name": "Ada", "language_code": "en"]
        return [
            "update_id": .integer(Int64(number)),
            "message": [
                "message_id": .integer(Int64(number)), "date": .integer(Int64(Date().timeIntervalSince1970)),
                "text": .string(text), "from": sender,
                "chat": ["id": .integer(chat), "type": "private", "first_name": "Ada"],
            ],
        ]
    }

    /// A request of a function URL, as the first Telegram bots on Lambda kept one to try their code with.
    private static func functionURLEvent(_ body: String, isEncoded: Bool = false) -> String {
        let event: JSONValue = [
            "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "",
            "headers": [
                "content-type": "application/json", "host": "abc.lambda-url.eu-west-2.on.aws",
                "x-forwarded-proto": "https", "accept-encoding": "gzip, deflate",
            ],
            "requestContext": [
                "accountId": "anonymous", "domainName": "abc.lambda-url.eu-west-2.on.aws", "requestId": "5c1",
                "http": ["method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "91.108.6.66"],
                "routeKey": "$default", "stage": "$default",
            ],
            "body": .string(body), "isBase64Encoded": .bool(isEncoded),
        ]
        return event.text
    }

    /// A function with the model in the box, and people who may talk to it.
    private func withFunction(
        settings: [String: String] = [:],
        _ body: (LambdaWorld, LambdaProcess) async throws -> Void
    ) async throws {
        try await LambdaWorld.with { world in
            // Both have a chat with the bot, so that it may write there.
            for user in [LambdaWorld.ada, LambdaWorld.boris] { world.simulator.say("/start", from: user) }
            try await world.withFunction(settings: settings) { function in
                try await launch(function, world)
                try await body(world, function)
            }
        }
    }

    /// Starts a function with the model in the box.
    private func launch(_ function: LambdaProcess, _ world: LambdaWorld) async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        try await function.launch(
            arguments: ["--model", root.appending(path: "Models/fledgling.gguf").path],
            environment: [
                "TELEGRAM_TOKEN": world.simulator.token, "TELEGRAM_API_BASE_URL": world.server.baseURL,
                "MARTLET_ACCESS": "open",
            ]
        )
    }

    @Test("answers the event that a bot's first author kept, whatever its body's form, once")
    func sampleEvent() async throws {
        try await withFunction { world, function in
            let body = Self.update(900_001, "Hello! Who are you?").text
            let answer = try await function.invoke(Self.functionURLEvent(body))
            #expect(answer.status == 200)
            let parsed = try JSONValue(parsing: Array(answer.body.utf8))
            #expect(parsed["statusCode"]?.integer == 200, "\(answer.body)")
            try await world.reaches("\(function.logText.suffix(2000))") { world.texts().count == 1 }
            #expect(world.texts()[0].count > 3)
            // The same event again is the same message.
            try await function.invoke(Self.functionURLEvent(body))
            let encoded = Data(Self.update(900_002, "What is your name?").text.utf8).base64EncodedString()
            try await function.invoke(Self.functionURLEvent(encoded, isEncoded: true))
            try await world.reaches { world.texts().count == 2 }
            try await Task.sleep(for: .seconds(1))
            #expect(world.texts().count == 2)
            #expect(function.logText.contains("cost.gigabyte_seconds"))
            #expect(!function.logText.contains("Who are you"))
        }
    }

    @Test("takes an update alone, or as a body alone, and says what became of it")
    func bareUpdate() async throws {
        try await withFunction { world, function in
            let first = try await function.invoke(Self.update(900_011, "Hello!").text)
            #expect(try JSONValue(parsing: Array(first.body.utf8))["statusCode"]?.integer == 200, "\(first.body)")
            #expect(world.texts().count == 1)
            let event: JSONValue = ["body": .string(Self.update(900_012, "Good morning!").text)]
            let second = try await function.invoke(event.text)
            #expect(try JSONValue(parsing: Array(second.body.utf8))["statusCode"]?.integer == 200, "\(second.body)")
            #expect(world.texts().count == 2)
        }
    }

    @Test("answers a prompt with JSON, and needs no bot for it")
    func prompt() async throws {
        try await withFunction(settings: ["TELEGRAM_TOKEN": ""]) { _, function in
            let answer = try await function.invoke("{\"prompt\": \"Hello!\", \"max_tokens\": 20, \"temperature\": 0}")
            let value = try JSONValue(parsing: Array(answer.body.utf8))
            #expect(value["text"]?.string?.isEmpty == false, "\(answer.body) \(function.logText.suffix(1000))")
            #expect(value["usage"]?["completion_tokens"]?.integer ?? 0 > 0)
            #expect(value["gigabyte_seconds"]?.number ?? 0 > 0)
            #expect(value["finish_reason"]?.string != nil)
            let messages = try await function.invoke(
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hello!\"}], \"max_tokens\": 20, \"temperature\": 0}"
            )
            #expect(try JSONValue(parsing: Array(messages.body.utf8))["text"]?.string == value["text"]?.string)
        }
    }

    @Test(
        "says what is wrong with an event, and goes on",
        arguments: [
            ("{\"Records\": [{\"eventSource\": \"aws:s3\", \"s3\": {}}]}", "S3"), ("{\"update_id\": 5", "JSON"),
            ("nonsense", "JSON"),
            ("{\"hello\": 1}", "prompt"), ("[]", "prompt"), ("{\"prompt\": 5}", "prompt"),
            ("{\"prompt\": \"x\", \"max_tokens\": -1}", "max_tokens"),
        ]
    )
    func wrongEvents(event: String, word: String) async throws {
        try await withFunction { _, function in
            let answer = try await function.invoke(event)
            let value = try JSONValue(parsing: Array(answer.body.utf8))
            #expect(value["errorMessage"]?.string?.contains(word) == true, "\(answer.body)")
            let next = try await function.invoke("{\"prompt\": \"Hello!\", \"max_tokens\": 4}")
            #expect(next.body.contains("\"text\""), "\(next.body)")
        }
    }

    @Test("keeps warm, and answers requests that are no message")
    func schedule() async throws {
        try await withFunction { _, function in
            let answer = try await function.invoke(LambdaProcess.schedule)
            let value = try JSONValue(parsing: Array(answer.body.utf8))
            #expect(value["warm"]?.bool == true, "\(answer.body) \(function.logText.suffix(1000))")
            #expect(value["answered"]?.integer == 0)
            let health = try await function.post("/health", "", method: "GET")
            #expect(health.status == 200)
            let other = try await function.post("/", "", method: "GET")
            #expect(other.status == 405)
            let headers = ["Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": "wrong"]
            #expect(try await function.post("/", "{}", headers: headers).status == 401)
            let right = ["Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": LambdaProcess.secret]
            #expect(try await function.post("/", "{\"update_id\": 7, \"new_kind\": {}}", headers: right).status == 200)
            #expect(try await function.post("/", "{\"update_id\": ", headers: right).status == 200)
        }
    }

    @Test("stops politely when the day's computing time is used up, and tells what each answer cost")
    func budget() async throws {
        let settings = [
            "LAMBDA_GB_SECONDS_PER_DAY": "0.01", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "10240", "LAMBDA_METRICS": "yes",
        ]
        try await withFunction(settings: settings) { world, function in
            try await function.invoke(Self.update(900_021, "Hello!").text)
            #expect(world.texts().count == 1)
            try await function.invoke(Self.update(900_022, "Hello again!").text)
            #expect(world.texts().count == 2)
            #expect(world.texts()[1].contains("computing time for today is used up"), "\(world.texts())")
            #expect(function.logText.contains("\"Namespace\":\"Martlet\""))
        }
    }

    @Test("asks Telegram once who the bot is, however often it starts")
    func identity() async throws {
        try await withFunction { world, function in
            try await function.invoke(Self.update(900_031, "Hello!").text)
            try await function.kill()
            try await launch(function, world)
            try await function.invoke(Self.update(900_032, "Hello!").text)
            #expect(world.texts().count == 2)
            #expect(world.simulator.calls(of: "getMe").count == 1)
            #expect(world.simulator.calls(of: "setMyCommands").isEmpty)
        }
    }
}
