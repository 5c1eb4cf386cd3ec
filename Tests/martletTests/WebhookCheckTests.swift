import Foundation
import MartletTelegram
import Testing
import martlet

@Suite("What is said of a webhook")
struct WebhookCheckTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func webhook(_ url: String = "https://bot.example/telegram") throws -> WebhookSettings {
        let token = try #require(BotToken("7:some-secret-token"))
        return WebhookSettings(url: url, path: "/telegram", secrets: [WebhookSecret(derivedFrom: token)])
    }

    private func levels(_ information: WebhookInformation, _ webhook: WebhookSettings?) -> [String: Finding.Level] {
        let findings = WebhookCheck.findings(information, webhook: webhook, at: now)
        return Dictionary(findings.map { ($0.subject, $0.level) }) { first, _ in first }
    }

    @Test("polling needs that there is none")
    func polling() throws {
        #expect(levels(WebhookInformation(url: "", pendingCount: 3), nil) == ["messages": .ok])
        let others = WebhookInformation(url: "https://other.example/bot7:some-secret-token")
        let finding = try #require(WebhookCheck.findings(others, webhook: nil, at: now).first)
        #expect(finding.level == .failure)
        #expect(finding.detail.contains("https://other.example"))
        #expect(!finding.detail.contains("secret-token"), "other programs put their token into the path")
        #expect(finding.remedy?.contains("martlet webhook delete") == true)
        #expect(finding.remedy?.contains("--polling") == true)
    }

    @Test("a webhook is compared with the settings")
    func comparison() throws {
        var information = WebhookInformation(url: "https://bot.example/telegram")
        information.allowedUpdates = UpdateReader.allowedUpdates
        #expect(levels(information, try webhook()) == ["messages": .ok])
        #expect(levels(information, try webhook("https://new.example/telegram")) == ["messages": .failure])
        #expect(levels(WebhookInformation(url: ""), try webhook()) == ["messages": .notice])
        information.allowedUpdates = ["message", "callback_query"]
        let finding = try #require(
            WebhookCheck.findings(information, webhook: try webhook(), at: now).first { $0.subject == "updates" }
        )
        #expect(finding.level == .failure)
        #expect(finding.detail.contains("stopped_message_generation"))
        #expect(!finding.detail.contains("callback_query"))
        information.allowedUpdates = nil
        #expect(levels(information, try webhook()) == ["messages": .ok], "without a list nearly everything comes")
    }

    @Test("errors count while something waits, and are forgotten after a day")
    func errors() throws {
        var information = WebhookInformation(url: "https://bot.example/telegram", pendingCount: 2)
        information.lastErrorMessage = "Wrong response from the webhook: 401 Unauthorized"
        information.lastErrorDate = now.addingTimeInterval(-90)
        let finding = try #require(
            WebhookCheck.findings(information, webhook: try webhook(), at: now).first { $0.subject == "webhook" }
        )
        #expect(finding.level == .failure)
        #expect(finding.detail.contains("90 s ago"))
        #expect(finding.remedy?.contains("secret") == true)
        information.pendingCount = 0
        #expect(levels(information, try webhook())["webhook"] == .notice)
        information.lastErrorDate = now.addingTimeInterval(-90_000)
        #expect(levels(information, try webhook())["webhook"] == nil)
        information.pendingCount = 500
        #expect(levels(information, try webhook())["waiting"] == .notice)
        information.lastSynchronizationErrorDate = now.addingTimeInterval(-60)
        #expect(levels(information, try webhook())["telegram"] == .notice)
    }

    @Test(
        "Telegram's words for what went wrong have a remedy",
        arguments: [
            ("Wrong response from the webhook: 401 Unauthorized", "secret"),
            ("Wrong response from the webhook: 404 Not Found", "path"),
            ("Wrong response from the webhook: 413 Request Entity Too Large", "1 MB"),
            ("Wrong response from the webhook: 502 Bad Gateway", "proxy does not reach"),
            ("Wrong response from the webhook: 503 Service Unavailable", "pause"),
            ("Wrong response from the webhook: 302 Moved Temporarily", "redirects"),
            ("Connection refused", "Nothing listens"), ("Connection timed out", "from outside"),
            ("Read timeout expired", "from outside"),
            ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
            ("Failed to resolve host: Name or service not known", "DNS"),
            ("Connection reset by peer", "broke"), ("something new", "logs"),
        ]
    )
    func remedies(message: String, word: String) {
        #expect(WebhookCheck.remedy(for: message).contains(word), "\(WebhookCheck.remedy(for: message))")
    }

    @Test("what came of trying the webhook from here")
    func probe() {
        #expect(WebhookCheck.finding(.accepted).level == .ok)
        #expect(WebhookCheck.finding(.wrongSecret).level == .failure)
        #expect(WebhookCheck.finding(.unexpected(status: 404)).remedy?.contains("path") == true)
        #expect(WebhookCheck.finding(.unreachable).level == .notice)
    }
}

@Suite("The webhook's configuration")
struct WebhookConfigurationTests {
    private let token = "123456:AAF-some_secret"

    private func load(_ environment: [String: String], yaml: String = "# nothing") async throws -> TelegramBot.Settings
    {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(yaml.utf8).write(to: URL(filePath: path))
        let all = environment.merging(["TELEGRAM_TOKEN": token]) { given, _ in given }
        let values = try await SettingValues(options: [:], environment: all, file: path)
        return try BotConfiguration(values, environment: all).telegram
    }

    @Test("an address is all that it needs")
    func defaults() async throws {
        #expect(try await load([:]).webhook == nil)
        let webhook = try #require(try await load(["TELEGRAM_WEBHOOK_URL": "https://bot.example/a%20b"]).webhook)
        #expect(webhook.path == "/a%20b")
        #expect(webhook.host == "127.0.0.1")
        #expect(webhook.port == WebhookSettings.standardPort)
        #expect(webhook.secrets == [WebhookSecret(derivedFrom: try #require(BotToken(token)))])
        #expect(try await load(["TELEGRAM_WEBHOOK_URL": "https://bot.example"]).webhook?.path == "/")
    }

    @Test("secrets come from the environment or a file, the first in use and the others still accepted")
    func secrets() async throws {
        let url = ["TELEGRAM_WEBHOOK_URL": "https://bot.example/x"]
        let given = try await load(url.merging(["TELEGRAM_WEBHOOK_SECRET": "new, old"]) { $1 })
        #expect(given.webhook?.secrets == ["new", "old"].compactMap { WebhookSecret($0) })
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("new\nold\n".utf8).write(to: URL(filePath: path))
        let read = try await load(url.merging(["TELEGRAM_WEBHOOK_SECRET_FILE": path]) { $1 })
        #expect(read.webhook?.secrets == given.webhook?.secrets)
    }

    @Test(
        "what cannot be a webhook is refused, and no secret is shown",
        arguments: [
            ["TELEGRAM_WEBHOOK_URL": "http://bot.example/x"], ["TELEGRAM_WEBHOOK_URL": "bot.example"],
            ["TELEGRAM_WEBHOOK_URL": "https://"], ["TELEGRAM_WEBHOOK_URL": "https://me:pass@bot.example/x"],
            ["TELEGRAM_WEBHOOK_URL": "https://bot.example/health"],
            ["TELEGRAM_WEBHOOK_URL": "https://bot.example/123456:AAF-some_secret"],
            ["TELEGRAM_WEBHOOK_URL": "https://bot.example/x", "TELEGRAM_WEBHOOK_SECRET": "not good!"],
            ["TELEGRAM_WEBHOOK_URL": "https://bot.example/x", "TELEGRAM_WEBHOOK_SECRET": ","],
            ["TELEGRAM_WEBHOOK_URL": "https://bot.example/x", "TELEGRAM_WEBHOOK_SECRET_FILE": "/nowhere/at/all"],
            ["TELEGRAM_WEBHOOK_URL": "https://bot.example/x", "TELEGRAM_WEBHOOK_PORT": "99999"],
            ["TELEGRAM_WEBHOOK_URL": "https://bot.example/x", "TELEGRAM_WEBHOOK_MAXIMUM_CONNECTIONS": "101"],
        ]
    )
    func refuses(environment: [String: String]) async throws {
        let error = await #expect(throws: ConfigurationError.self) { _ = try await load(environment) }
        #expect(error?.description.contains("some_secret") == false)
        #expect(error?.description.contains("not good!") == false)
    }

    @Test("names come as a list or with commas, and PREFIX may end in one")
    func names() async throws {
        #expect(try await load(["PREFIX": "Тимоха,"]).reading.names.map(\.description) == ["Тимоха"])
        #expect(try await load(["PREFIX": "Тимоха, Ada"]).reading.names.map(\.description) == ["Тимоха", "Ada"])
        let yaml = "telegram:\n  names: [Тимоха, \"Hey Ada\"]"
        #expect(try await load([:], yaml: yaml).reading.names.map(\.description) == ["Тимоха", "Hey Ada"])
        #expect(try await load([:]).reading.names.isEmpty)
        await #expect(throws: ConfigurationError.self) {
            _ = try await load(["PREFIX": String(repeating: "x", count: 65)])
        }
    }
}
