import AsyncHTTPClient
import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletSimulator
import MartletStore
import MartletTelegram
import MartletTestSupport
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import Testing

@Suite("A bot behind a webhook", .timeLimit(.minutes(2)))
struct WebhookListenerTests {
    private static let secret = "live-secret"

    /// A bot that listens, and somebody who sends to it as Telegram does.
    private struct Live {
        let bench: TelegramBench
        let group: ServiceGroup
        let client: HTTPClient
        let address: String

        func post(
            _ body: [UInt8],
            to path: String = "/hook",
            method: String = "POST",
            secret: String? = WebhookListenerTests.secret,
            type: String = "application/json"
        ) async throws -> (status: UInt, headers: [String: String], text: String) {
            var request = HTTPClientRequest(url: address + path)
            request.method = .init(rawValue: method)
            if let secret { request.headers.add(name: WebhookRequest.secretHeader, value: secret) }
            request.headers.add(name: "Content-Type", value: type)
            if !body.isEmpty { request.body = .bytes(body) }
            let response = try await client.execute(request, timeout: .seconds(30))
            let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
            let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
            return (response.status.code, headers, text)
        }

        func update(_ number: Int64, chat: Int64 = 11, text: String = "hello") -> [UInt8] {
            let user: JSONValue = ["id": .integer(chat), "is_bot": false, "first_name": "Ada"]
            let update: JSONValue = [
                "update_id": .integer(number),
                "message": [
                    "message_id": .integer(number), "date": 1_790_000_000, "text": .string(text), "from": user,
                    "chat": ["id": .integer(chat), "type": "private"],
                ],
            ]
            return update.serialized
        }
    }

    /// A service made of a closure.
    private struct Running: Service {
        let body: @Sendable () async throws -> Void
        func run() async throws { try await body() }
    }

    private func withLive(
        _ model: (any LanguageModel)? = ScriptedLanguageModel.shouting,
        store: any ConversationStore = MemoryConversationStore(),
        _ body: (Live) async throws -> Void
    ) async throws {
        try await TelegramBench.with { bench in
            bench.store = store
            let (ports, source) = AsyncStream<Int>.makeStream()
            let secret = try #require(WebhookSecret(Self.secret))
            var webhook = WebhookSettings(url: "https://bot.example/hook", path: "/hook", secrets: [secret])
            webhook.port = 0
            bench.settings.webhook = webhook
            bench.settings.onListening = { source.yield($0) }
            bench.simulator.post([:], from: TelegramBench.ada)
            try await bench.withClient { [bench] client in
                let bot = try await bench.connect(model, client)
                var quiet = Logger(label: "test")
                quiet.logLevel = .critical
                let answering = Running {
                    await withGracefulShutdownHandler {
                        await bot.service.run()
                    } onGracefulShutdown: {
                        bot.service.shutDown()
                    }
                }
                let listening = Running { try await bot.listener.run() }
                let group = ServiceGroup(services: [answering, listening], logger: quiet)
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    var port: Int?
                    for await listening in ports {
                        port = listening
                        break
                    }
                    let live = Live(
                        bench: bench,
                        group: group,
                        client: client,
                        address: "http://127.0.0.1:\(try #require(port))"
                    )
                    do {
                        try await body(live)
                    } catch {
                        tasks.cancelAll()
                        throw error
                    }
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                }
            }
        }
    }

    @Test("it tells Telegram where, what and how, and answers what is delivered")
    func answers() async throws {
        try await withLive { live in
            let call = try #require(live.bench.simulator.calls(of: "setWebhook").first)
            #expect(call.parameters["url"]?.string == "https://bot.example/hook")
            #expect(call.parameters["secret_token"]?.string == Self.secret)
            #expect(call.parameters["drop_pending_updates"]?.bool == false)
            #expect(call.parameters["max_connections"]?.integer == 40)
            #expect(call.parameters["allowed_updates"]?.array?.compactMap(\.string) == UpdateReader.allowedUpdates)
            #expect(try await live.post(live.update(1)).status == 200)
            try await live.bench.until { live.bench.simulator.texts(in: 11) == ["HELLO"] }
        }
    }

    @Test("it answers what is not Telegram's with a refusal, and closes the connection of who may send on")
    func refusals() async throws {
        try await withLive { live in
            #expect(try await live.post([], to: "/health", method: "GET", secret: nil).text == "ok\n")
            #expect(try await live.post([], to: "/health", method: "POST").status == 404)
            #expect(try await live.post(live.update(1), to: "/").status == 404)
            let get = try await live.post([], method: "GET")
            #expect(get.status == 405)
            #expect(get.headers["allow"] == "POST")
            let wrong = try await live.post(live.update(1), secret: "guess")
            #expect(wrong.status == 401)
            #expect(wrong.headers["connection"] == "close")
            #expect(try await live.post(live.update(1), type: "text/plain").status == 415)
            #expect(try await live.post([UInt8](repeating: 0x20, count: 3 << 20)).status == 413)
            #expect(try await live.post([]).status == 204)
            #expect(try await live.bench.store.unfinishedEvents(of: BotID(live.bench.simulator.botID)).isEmpty)
            #expect(live.bench.simulator.messages(in: 11).isEmpty)
        }
    }

    @Test("a body without an announced size is cut off at the limit")
    func streamedBody() async throws {
        try await withLive { live in
            var request = HTTPClientRequest(url: live.address + "/hook")
            request.method = .POST
            request.headers.add(name: WebhookRequest.secretHeader, value: Self.secret)
            request.headers.add(name: "Content-Type", value: "application/json")
            let pieces = AsyncStream<ByteBuffer> { continuation in
                for _ in 0..<40 { continuation.yield(ByteBuffer(repeating: 0x20, count: 100_000)) }
                continuation.finish()
            }
            request.body = .stream(pieces, length: .unknown)
            // The server may close before the last piece is sent; what counts is that it does not take it.
            let status = try? await live.client.execute(request, timeout: .seconds(20)).status.code
            #expect(status == nil || status == 413)
            let next = try await live.post(live.update(1))
            #expect(next.status == 200)
        }
    }

    @Test("each update three times at once, over many connections, is one answer on the disk and in the chat")
    func duplicates() async throws {
        try await withTemporaryFolder { folder in
            let store = try SQLiteConversationStore(path: folder + "/store.sqlite")
            try await withLive(store: store) { live in
                for chat in 1...20 { live.bench.simulator.post([:], from: SimulatedUser(id: Int64(chat), name: "P")) }
                try await withThrowingTaskGroup(of: UInt.self) { group in
                    for delivery in 0..<60 {
                        let number = Int64(delivery % 20 + 1)
                        group.addTask { try await live.post(live.update(number, chat: number)).status }
                    }
                    for try await status in group { #expect(status == 200) }
                }
                try await live.bench.until {
                    try await store.unfinishedEvents(of: BotID(live.bench.simulator.botID)).isEmpty
                }
                for chat in 1...20 { #expect(live.bench.simulator.texts(in: Int64(chat)) == ["HELLO"]) }
                // The same once more, after everything was answered.
                for number in 1...20 { #expect(try await live.post(live.update(Int64(number))).status == 200) }
                #expect(try await store.unfinishedEvents(of: BotID(live.bench.simulator.botID)).isEmpty)
            }
            try store.close()
        }
    }

    @Test("a store that fails is told to Telegram, and the update is taken when it comes again")
    func storeFailure() async throws {
        let store = BrokenStore()
        try await withLive(store: store) { live in
            store.isBroken.withLock { $0 = true }
            let refused = try await live.post(live.update(1))
            #expect(refused.status == 503)
            #expect(refused.headers["retry-after"] == "5")
            store.isBroken.withLock { $0 = false }
            #expect(try await live.post(live.update(1)).status == 200)
            try await live.bench.until { live.bench.simulator.texts(in: 11) == ["HELLO"] }
        }
    }

    @Test("a request that is at work when the bot is told to stop is finished, and its message is not lost")
    func gracefulShutdown() async throws {
        let store = BrokenStore()
        let bot = BotID(TelegramSimulator().botID)
        var simulator: TelegramSimulator?
        try await withLive(store: store) { live in
            store.gate.withLock { $0 = Gate() }
            try await withThrowingTaskGroup(of: UInt.self) { group in
                group.addTask { try await live.post(live.update(1)).status }
                try await live.bench.until { store.waitingCount.withLock { $0 } == 1 }
                await live.group.triggerGracefulShutdown()
                store.gate.withLock { $0 }?.open()
                #expect(try await group.next() == 200)
            }
            simulator = live.bench.simulator
        }
        // Answers end after the listener: there is one by then, or the next start finds the message.
        let left = await store.base.unfinishedEvents(of: bot).count
        #expect(left + (simulator?.texts(in: 11).count ?? 0) == 1)
    }

    @Test("Telegram that cannot be reached is asked until it can, and a webhook that it refuses ends the bot")
    func announcing() async throws {
        try await TelegramBench.with { bench in
            bench.simulator.fail("setWebhook", with: .status(502), at: 1, count: 2)
            bench.simulator.fail(
                "setWebhook",
                with: .refusal(400, "Bad Request: bad webhook: HTTPS url must be provided"),
                at: 3
            )
            let secret = try #require(WebhookSecret(Self.secret))
            var webhook = WebhookSettings(url: "http://bot.example/hook", path: "/hook", secrets: [secret])
            webhook.port = 0
            bench.settings.webhook = webhook
            let refused = bench
            let error = await #expect(throws: TelegramError.self) {
                try await refused.withClient { client in try await refused.connect(nil, client).listener.run() }
            }
            #expect(error?.code == .badRequest)
            #expect(bench.simulator.calls(of: "setWebhook").count == 3)
        }
    }

    @Test("an address that is taken is named with its remedy")
    func takenAddress() async throws {
        try await withLive { live in
            let secret = try #require(WebhookSecret(Self.secret))
            var webhook = WebhookSettings(url: "https://bot.example/hook", path: "/hook", secrets: [secret])
            webhook.port = Int(live.address.split(separator: ":").last ?? "") ?? 0
            var bench = live.bench
            bench.settings.webhook = webhook
            let second = try await bench.connect(nil, live.client)
            let error = await #expect(throws: WebhookError.self) { try await second.listener.run() }
            #expect(error?.description.contains("--port") == true)
        }
    }
}
