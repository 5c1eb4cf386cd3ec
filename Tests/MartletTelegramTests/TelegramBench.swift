import AsyncHTTPClient
import FoundationEssentials
import Logging
import MartletConversation
import MartletCore
import MartletSimulator
import MartletStore
import MartletTelegram
import MartletTestSupport

/// A whole bot against the simulator, over HTTP.
struct TelegramBench: Sendable {
    static let ada = SimulatedUser(id: 11, name: "Ada", languageCode: "en")
    static let boris = SimulatedUser(id: 22, name: "Борис", languageCode: "ru")

    let simulator: TelegramSimulator
    let server: SimulatorServer
    let log = LogLines()
    var store: any ConversationStore = MemoryConversationStore()
    var settings: TelegramBot.Settings
    var conversation = ConversationSettings(persona: Persona(template: "", botName: ""))
    var context: ContextDocument?

    /// Runs `body` with a simulator on a port of its own.
    static func with(_ body: (inout TelegramBench) async throws -> Void) async throws {
        let simulator = TelegramSimulator()
        try await SimulatorServer.withServer(simulator) { server in
            var bench = TelegramBench(simulator: simulator, server: server)
            try await body(&bench)
        }
    }

    init(simulator: TelegramSimulator, server: SimulatorServer) {
        self.simulator = simulator
        self.server = server
        settings = Self.settings(token: simulator.token, server: server)
    }

    static func settings(token: String, server: SimulatorServer) -> TelegramBot.Settings {
        guard let token = BotToken(token) else { preconditionFailure("the simulator's token is well-formed") }
        var settings = TelegramBot.Settings(token: token)
        settings.baseURL = server.baseURL
        settings.retryPause = .milliseconds(10)
        settings.polling.timeout = .seconds(2)
        settings.polling.firstPause = .milliseconds(10)
        settings.polling.longestPause = .milliseconds(50)
        settings.replies.pacing.firstLength = 1
        settings.replies.pacing.privateInterval = .zero
        settings.replies.pacing.groupInterval = .zero
        settings.replies.pacing.typingDelay = .zero
        settings.replies.usesDrafts = false
        settings.limits.privateChat = .init(capacity: 1000, interval: .milliseconds(1), reserve: 0)
        settings.limits.group = .init(capacity: 1000, interval: .milliseconds(1), reserve: 0)
        settings.limits.everywhere = .init(capacity: 1000, interval: .milliseconds(1), reserve: 0)
        return settings
    }

    var logger: Logger {
        var logger = Logger(label: "test") { [log] _ in LogLines.Handler(lines: log) }
        logger.logLevel = .info
        return logger
    }

    /// Runs the bot around `body` and ends it as a signal would.
    func run(
        _ model: (any LanguageModel)?,
        _ body: () async throws -> Void
    ) async throws {
        try await withClient { client in
            let bot = try await connect(model, client)
            try await withThrowingTaskGroup(of: Void.self) { services in
                services.addTask { await bot.service.run() }
                let listening = Gate()
                services.addTask {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await bot.listener.run() }
                        group.addTask { try await listening.wait() }
                        defer { group.cancelAll() }
                        try await group.next()
                    }
                }
                do {
                    try await body()
                } catch {
                    services.cancelAll()
                    throw error
                }
                listening.open()
                bot.service.shutDown()
                try await services.waitForAll()
            }
        }
    }

    /// Runs the bot until `body` returns and drops it there and then, as a kill would.
    func runUntilKilled(_ model: (any LanguageModel)?, _ body: () async throws -> Void) async throws {
        try await withClient { client in
            let bot = try await connect(model, client)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await bot.service.run() }
                group.addTask { try await bot.listener.run() }
                defer { group.cancelAll() }
                try await body()
            }
        }
    }

    func connect(_ model: (any LanguageModel)?, _ client: HTTPClient) async throws -> TelegramBot {
        try await TelegramBot.connect(
            settings,
            conversation: conversation,
            model: model,
            store: store,
            context: context,
            client: client,
            logger: logger
        )
    }

    func withClient(_ body: (HTTPClient) async throws -> Void) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: TelegramBot.clientConfiguration)
        do {
            try await body(client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    /// A model that says each piece only after the one before it was sent or edited into a message, then goes on by itself.
    func model(saying pieces: [String], thenFreely rest: [String] = []) -> ScriptedLanguageModel {
        let simulator = simulator
        return ScriptedLanguageModel { _ in
            pieces.enumerated().flatMap { index, piece -> [ScriptedLanguageModel.Step] in
                [
                    .say(piece),
                    .waitUntil {
                        simulator.calls(of: "sendMessage").count + simulator.calls(of: "editMessageText").count > index
                    },
                ]
            } + rest.flatMap { [.say($0), .pause(.milliseconds(5))] }
        }
    }

    /// Waits until something is so.
    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Waits until nothing is unfinished and everything is confirmed.
    func untilQuiet() async throws {
        let bot = BotID(simulator.botID)
        try await until {
            guard simulator.unconfirmedCount == 0 else { return false }
            return try await store.unfinishedEvents(of: bot).isEmpty
        }
    }
}
