import Foundation
import Logging
import MartletConversation
import MartletStore
import MartletTelegram
import Testing
import martlet

@Suite("The bot's configuration")
struct BotConfigurationTests {
    private let token = "123456:AAF-some_secret"

    /// Reads a configuration from a file of these lines, these variables and these options.
    private func load(
        yaml: String? = nil,
        _ environment: [String: String] = [:],
        options: [String: String] = [:]
    ) async throws -> BotConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data((yaml ?? "# nothing").utf8).write(to: URL(filePath: path))
        let values = try await SettingValues(options: options, environment: environment, file: path)
        return try BotConfiguration(values, environment: environment)
    }

    private func error(
        yaml: String? = nil,
        _ environment: [String: String] = [:],
        options: [String: String] = [:]
    ) async throws -> ConfigurationError {
        do {
            _ = try await load(yaml: yaml, environment, options: options)
        } catch let error as ConfigurationError {
            return error
        }
        Issue.record("the configuration was accepted")
        throw CancellationError()
    }

    @Test("understands the names that the original bots used")
    func originalNames() async throws {
        let configuration = try await load([
            "TELEGRAM_TOKEN": token, "BOT_NAME": "Ada", "BOT_LOCATION": "İzmir", "ECHO_ENABLED": "True",
            "CTX_FILE_URL": "https://example.org/facts.txt", "TELEGRAM_API_BASE_URL": "http://127.0.0.1:8081",
            "MARTLET_MODEL": "smollm2-360m", "MARTLET_LOG": "DEBUG",
        ])
        #expect(configuration.telegram.token.bot == BotID(123456))
        #expect(configuration.telegram.baseURL == "http://127.0.0.1:8081")
        #expect(configuration.conversation.persona.botName == "Ada")
        #expect(configuration.conversation.persona.location == "İzmir")
        #expect(configuration.conversation.isEcho)
        #expect(configuration.contextURL == "https://example.org/facts.txt")
        #expect(configuration.model == "smollm2-360m")
        #expect(configuration.logLevel == .debug)
    }

    @Test("lets options win over the environment, and the environment over the file")
    func precedence() async throws {
        let yaml = """
            telegram:
              token: "\(token)"
            bot:
              name: File
              location: File
              timeZone: Europe/Istanbul
            store:
              path: /file.sqlite
            """
        let configuration = try await load(
            yaml: yaml,
            ["BOT_NAME": "Environment", "BOT_LOCATION": "Environment", "MARTLET_STORE_PATH": ""],
            options: ["bot.name": "Option"]
        )
        #expect(configuration.conversation.persona.botName == "Option")
        #expect(configuration.conversation.persona.location == "Environment")
        #expect(configuration.conversation.persona.timeZone.identifier == "Europe/Istanbul")
        #expect(configuration.storePath == "/file.sqlite", "a variable set to nothing is not set")
    }

    @Test("has a default for everything but the token")
    func defaults() async throws {
        let configuration = try await load(["TELEGRAM_TOKEN": token, "HOME": "/home/ada"])
        #expect(configuration.telegram.baseURL == "https://api.telegram.org")
        #expect(configuration.telegram.polling.timeout == .seconds(50))
        #expect(configuration.storePath == "/home/ada/.local/share/martlet/martlet.sqlite")
        #expect(configuration.conversation.contextLength == 20)
        #expect(!configuration.conversation.isEcho)
        #expect(configuration.model == nil)
        #expect(configuration.logLevel == .info)
    }

    @Test(
        "refuses a key that nothing reads, and names the one that was meant",
        arguments: [
            ("telegram:\n  tokn: x", "telegram.token"), ("bott:\n  name: x", "bot.name"), ("modle: x", "model"),
            ("bot:\n  contextUrl: x", "bot.contextURL"), ("name: x", "bot.name"),
        ]
    )
    func unknownKeys(yaml: String, meant: String) async throws {
        let error = try await error(yaml: yaml, ["TELEGRAM_TOKEN": token])
        #expect(error.code == .unknownKey)
        #expect(error.description.contains("did you mean \(meant)?"), "\(error)")
    }

    @Test("takes manners, quiet hours and personas")
    func manners() async throws {
        let configuration = try await load(
            [
                "TELEGRAM_TOKEN": token, "MARTLET_WHILE_BUSY": "replace", "MARTLET_SHOW_THINKING": "yes",
                "MARTLET_SUMMARIZE": "on", "MARTLET_QUIET_HOURS": "22:00-7:30",
                "MARTLET_MAXIMUM_CONTEXT_TOKENS": "2000",
            ]
        )
        #expect(configuration.conversation.busyPolicy == .replace)
        #expect(configuration.conversation.showsThinking && configuration.conversation.summarizesHistory)
        #expect(configuration.conversation.maximumContextTokens == 2000)
        #expect(configuration.secretary.quietHours?.start == 1320 && configuration.secretary.quietHours?.end == 450)
        #expect(configuration.secretary.defaultMode == .off)
        #expect(!configuration.telegram.reading.keepsAmbientMessages && configuration.telegram.replies.whispers)
        let other = try await load(
            [
                "TELEGRAM_TOKEN": token, "MARTLET_SECRETARY_MODE": "suggest", "MARTLET_SECRETARY_DELAY": "2 - 30",
                "MARTLET_SECRETARY_PAUSE": "60", "MARTLET_SECRETARY_QUIET": "90", "MARTLET_READ_ALONG": "true",
                "MARTLET_STOP_INTERVAL": "0.5", "MARTLET_WHISPERS": "false",
                "MARTLET_BUDGET_GUEST_CHAT_TOKENS_PER_MONTH": "7", "MARTLET_BUDGET_GUEST_MESSAGES_PER_DAY": "3",
            ]
        )
        #expect(other.secretary.defaultMode == .suggest)
        #expect(other.secretary.delay.minimum == .seconds(2) && other.secretary.delay.maximum == .seconds(30))
        #expect(other.secretary.pause == .seconds(3600) && other.secretary.quiet == .seconds(90))
        #expect(other.secretary.maximumQuiet >= other.secretary.quiet)
        #expect(other.telegram.reading.keepsAmbientMessages && other.conversation.offersReadingAlong)
        #expect(other.conversation.stopInterval == .milliseconds(500) && !other.telegram.replies.whispers)
        #expect(other.access.budgets.guest.day.messages == 3 && other.access.budgets.guestChat.month.tokens == 7)
        for (name, value) in [
            ("MARTLET_SECRETARY_DELAY", "30-2"), ("MARTLET_SECRETARY_DELAY", "5"), ("MARTLET_SECRETARY_MODE", "loud"),
            ("MARTLET_STOP_INTERVAL", "0.01"), ("MARTLET_SECRETARY_QUIET", "0"),
            ("MARTLET_QUIET_HOURS", "22:00"), ("MARTLET_QUIET_HOURS", "25:00-7:00"), ("MARTLET_WHILE_BUSY", "sing"),
            ("MARTLET_MAXIMUM_CONTEXT_TOKENS", "5"),
        ] {
            await #expect(throws: ConfigurationError.self) { try await load(["TELEGRAM_TOKEN": token, name: value]) }
        }
    }

    @Test("reads personas in the order of the file, and refuses one without an instruction")
    func personas() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("personas:\n  Pirate: Say arr.\n  Ada: |\n    Be kind.\n    Be brief.\n".utf8)
            .write(to: URL(filePath: path))
        let personas = try PersonaSection.load(file: path, environment: [:])
        #expect(personas.map(\.name) == ["Pirate", "Ada"])
        #expect(personas.last?.template == "Be kind.\nBe brief.\n")
        _ = try await SettingValues(options: [:], environment: [:], file: path)
        try Data("personas:\n  Pirate: []\n".utf8).write(to: URL(filePath: path))
        #expect(throws: ConfigurationError.self) { try PersonaSection.load(file: path, environment: [:]) }
    }

    @Test("suggests nothing for a key that is like no other")
    func noSuggestion() async throws {
        let error = try await error(yaml: "zzzzzzzzzzzz: 1", ["TELEGRAM_TOKEN": token])
        #expect(!error.description.contains("did you mean"))
        #expect(error.description.contains("telegram.token"), "the known keys are listed")
    }

    @Test(
        "refuses values that are none, and says where they are set",
        arguments: [
            ("ECHO_ENABLED", "maybe"), ("TELEGRAM_POLL_TIMEOUT", "51"), ("TELEGRAM_POLL_TIMEOUT", "-1"),
            ("TELEGRAM_API_BASE_URL", "ftp://x"), ("CTX_FILE_URL", "facts.txt"), ("BOT_TIME_ZONE", "Mars/Olympus"),
            ("MARTLET_LOG", "loud"), ("MARTLET_CONTEXT_LENGTH", "101"), ("MARTLET_CONTEXT_LENGTH", "1e2"),
            ("MARTLET_MAXIMUM_CONCURRENT_ANSWERS", "0"),
        ]
    )
    func invalidValues(name: String, value: String) async throws {
        let error = try await error(["TELEGRAM_TOKEN": token, name: value])
        #expect(error.code == .invalidValue)
        #expect(error.description.contains(name))
        #expect(error.description.contains(value))
    }

    @Test("says how to get a token where there is none, and never shows one")
    func tokens() async throws {
        #expect(try await error().code == .missingValue)
        #expect(try await error().description.contains("@BotFather"))
        let malformed = try await error(["TELEGRAM_TOKEN": "not-a-token"])
        #expect(malformed.code == .invalidValue)
        #expect(!malformed.description.contains("not-a-token"))
        let broken = try await error(yaml: "telegram: {token: \"\(token)\"\n  : [")
        #expect(broken.code == .unreadableFile)
        #expect(!broken.description.contains("secret"))
    }

    @Test("reads the token from a file, and says so when it cannot")
    func tokenFile() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("\(token)\n".utf8).write(to: URL(filePath: path))
        #expect(try await load(options: ["telegram.tokenFile": path]).telegram.token.bot == BotID(123456))
        let missing = try await error(options: ["telegram.tokenFile": path + "x"])
        #expect(missing.code == .unreadableFile)
    }

    @Test("takes a persona of several lines from the file")
    func persona() async throws {
        let yaml = """
            # The bot of a shop.
            bot:
              persona: |
                You are {bot_name}.
                Facts: {context}
            """
        let configuration = try await load(yaml: yaml, ["TELEGRAM_TOKEN": token])
        #expect(configuration.conversation.persona.template == "You are {bot_name}.\nFacts: {context}")
        #expect(configuration.conversation.persona.usesContext)
    }

    @Test("has one name of each kind for every setting")
    func names() {
        #expect(Set(Setting.all.map(\.key)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.environmentName)).count == Setting.all.count)
        #expect(Setting.all.filter(\.isSecret).allSatisfy { $0.option == nil }, "other users see the command line")
    }
}
