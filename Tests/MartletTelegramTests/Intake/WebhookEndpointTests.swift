import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletStore
import MartletTelegram
import MartletTestSupport
import Testing

@Suite("The webhook's answers", .timeLimit(.minutes(1)))
struct WebhookEndpointTests {
    private let line = CollectingLine()
    private let log = LogLines()

    private func endpoint(
        _ store: any ConversationStore = MemoryConversationStore(),
        line: CollectingLine? = nil,
        secrets: [String] = ["current-secret", "old_secret"],
        limits: WebhookEndpoint.Limits = .init()
    ) -> WebhookEndpoint {
        let log = log
        let logger = Logger(label: "test") { _ in LogLines.Handler(lines: log) }
        var bench = ReaderBench()
        bench.settings.readButton = { _, query in
            ButtonPress(query: query, action: .stop, question: EventID(bot: ReaderBench.bot, update: 1), owner: nil)
        }
        let intake = Intake(reader: bench.reader, store: store, line: line ?? self.line, logger: logger)
        return WebhookEndpoint(
            intake: intake,
            secrets: secrets.compactMap { WebhookSecret($0) },
            limits: limits,
            logger: logger
        )
    }

    private func update(_ number: Int64, _ kind: String = "message", _ content: JSONValue? = nil) -> [UInt8] {
        let update: JSONValue = [
            "update_id": .integer(number), .init(kind): content ?? ReaderBench.message([:]),
        ]
        return update.serialized
    }

    private func request(_ body: [UInt8]) -> WebhookRequest { WebhookRequest(secret: "current-secret", body: body) }

    @Test("an update is recorded, handed on and acknowledged")
    func recorded() async throws {
        let store = MemoryConversationStore()
        #expect(await endpoint(store).respond(to: request(update(1))) == .recorded)
        #expect(line.submitted.map(\.content) == [.text("hello")])
        #expect(await store.unfinishedEvents(of: ReaderBench.bot).count == 1)
    }

    @Test(
        "both secrets are accepted while one takes the other's place, and nothing else",
        arguments: [
            ("current-secret", 204), ("old_secret", 204), (nil, 401), ("", 401), ("current-secre", 401),
            ("current-secret ", 401), ("Current-secret", 401), ("old_secretold_secret", 401),
            (String(repeating: "x", count: 100_000), 401), ("ключ", 401),
        ] as [(String?, Int)]
    )
    func secrets(given: String?, status: Int) async {
        #expect(await endpoint().respond(to: WebhookRequest(secret: given)).status == status)
        #expect(line.submitted.isEmpty)
    }

    @Test("wrong secrets are told of once, without the secret, however many come")
    func wrongSecretsInLog() async {
        let endpoint = endpoint()
        for _ in 0..<50 { _ = await endpoint.respond(to: WebhookRequest(secret: "guess-4711")) }
        #expect(log.all.count == 1)
        #expect(log.contains("wrong secret"))
        #expect(!log.contains("guess-4711"))
    }

    @Test("other methods, types and sizes are refused before the body is looked at")
    func refusals() async {
        let endpoint = endpoint()
        var changed = request(update(1))
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "post"] {
            changed.method = method
            #expect(await endpoint.respond(to: changed).status == 405)
        }
        changed.method = "POST"
        for type in [nil, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
            changed.contentType = type
            #expect(await endpoint.respond(to: changed).status == 415)
        }
        changed.contentType = "Application/JSON; charset=utf-8"
        #expect(await endpoint.respond(to: changed) == .recorded)
        changed.announcedByteCount = (1 << 20) + 1
        #expect(endpoint.refusal(of: changed)?.status == 413)
        #expect(await endpoint.respond(to: request([UInt8](repeating: 0x20, count: (1 << 20) + 1))).status == 413)
        #expect(line.submitted.count == 1)
    }

    @Test(
        "poison is kept and acknowledged, since a refusal would bring it back for a day",
        arguments: [
            "{", "[]", "null", "\"text\"", #"{"update_id":"#, #"{"update_id":7,"message":{}}"#, #"{"message":{}}"#,
            #"{"update_id":9,"teleport":{"to":1}}"#, #"{"update_id":9223372036854775807,"x":1}"#,
            String(repeating: "[", count: 100_000),
        ]
    )
    func poison(text: String) async throws {
        try await withTemporaryFolder { folder in
            let store = try SQLiteConversationStore(path: folder + "/store.sqlite")
            let endpoint = endpoint(store)
            #expect(await endpoint.respond(to: request(Array(text.utf8))) == .recorded)
            #expect(await endpoint.respond(to: request(Array(text.utf8))) == .recorded)
            #expect(log.contains("kept as it came"))
            #expect(!log.contains("teleport"))
            #expect(line.submitted.isEmpty)
            try store.close()
        }
    }

    @Test("what cannot be recorded is not acknowledged, and is wanted again")
    func storeFailure() async throws {
        try await withTemporaryFolder { folder in
            let store = try SQLiteConversationStore(path: folder + "/store.sqlite")
            try store.close()
            let response = await endpoint(store).respond(to: request(update(1)))
            #expect(response.status == 503)
            #expect(response.retryAfter == .seconds(5))
            #expect(line.submitted.isEmpty)
        }
    }

    @Test("when too many wait, messages are wanted later, and what stops or chooses still gets in")
    func backPressure() async throws {
        let room = Gate()
        let full = CollectingLine(room: room)
        var limits = WebhookEndpoint.Limits()
        limits.patience = .milliseconds(5)
        let endpoint = endpoint(line: full, limits: limits)
        let response = await endpoint.respond(to: request(update(1)))
        #expect(response.status == 503)
        #expect(response.retryAfter != nil)
        let shown: JSONValue = ["message_id": 8, "date": 0, "chat": ReaderBench.group]
        let press: JSONValue = ["id": "q", "from": ReaderBench.ada, "message": shown, "data": "d"]
        #expect(await endpoint.respond(to: request(update(2, "callback_query", press))) == .recorded)
        let stop: JSONValue = ["chat": ReaderBench.privateChat, "draft_id": 3]
        #expect(await endpoint.respond(to: request(update(3, "stopped_message_generation", stop))) == .recorded)
        #expect(full.submitted.map(\.id.update) == [2, 3])
        room.open()
        #expect(await endpoint.respond(to: request(update(1))) == .recorded)
        #expect(full.submitted.map(\.id.update) == [2, 3, 1])
    }

    @Test("more requests than may be at work are sent away at once")
    func tooManyRequests() async throws {
        let room = Gate()
        var limits = WebhookEndpoint.Limits()
        limits.maximumRequestCount = 1
        limits.patience = .seconds(60)
        let full = CollectingLine(room: room)
        let endpoint = endpoint(line: full, limits: limits)
        await withTaskGroup(of: WebhookResponse.self) { group in
            for number in 0..<3 { group.addTask { await endpoint.respond(to: request(update(Int64(number)))) } }
            // Two are sent away while the one at work waits for room.
            #expect(await group.next()?.status == 503)
            #expect(await group.next()?.status == 503)
            room.open()
            #expect(await group.next() == .recorded)
        }
    }

    @Test("the same update many times at once is one event", arguments: [false, true])
    func duplicates(onDisk: Bool) async throws {
        try await withTemporaryFolder { folder in
            let file = onDisk ? try SQLiteConversationStore(path: folder + "/store.sqlite") : nil
            let endpoint = endpoint(file ?? MemoryConversationStore())
            await withTaskGroup(of: WebhookResponse.self) { group in
                for number in 0..<120 {
                    group.addTask { await endpoint.respond(to: request(update(Int64(number % 40)))) }
                }
                for await response in group { #expect(response == .recorded) }
            }
            #expect(line.submitted.map(\.id.update).sorted() == Array(0..<40))
            try file?.close()
        }
    }

    @Test("a derived secret is the token's, and shows nothing of it")
    func derivedSecret() throws {
        let token = try #require(BotToken("7:some-secret-token"))
        let other = try #require(BotToken("7:some-other-token"))
        let secret = WebhookSecret(derivedFrom: token)
        #expect(secret == WebhookSecret(derivedFrom: token))
        #expect(secret != WebhookSecret(derivedFrom: other))
        for text in ["\(secret)", String(reflecting: secret), "\(Mirror(reflecting: secret).children.count)"] {
            #expect(["<secret>", "0"].contains(text))
        }
    }

    @Test(
        "a secret is what Telegram takes for one",
        arguments: ["", " ", "with space", "ключ", "a:b", "a,b", String(repeating: "x", count: 257)]
    )
    func badSecrets(text: String) {
        #expect(WebhookSecret(text) == nil)
    }
}
