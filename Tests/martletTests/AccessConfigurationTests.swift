import Foundation
import MartletConversation
import Testing
import martlet

@Suite("The configuration of access, budgets and privacy")
struct AccessConfigurationTests {
    /// Reads a configuration from a file of these lines and these variables.
    private func load(_ yaml: String = "", _ environment: [String: String] = [:]) async throws -> AccessConfiguration {
        let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data((yaml.isEmpty ? "# nothing" : yaml).utf8).write(to: URL(filePath: path))
        let values = try await SettingValues(options: [:], environment: environment, file: path)
        return try AccessConfiguration(values, timeZone: .gmt)
    }

    private func complaint(_ yaml: String = "", _ environment: [String: String] = [:]) async throws -> String {
        do {
            _ = try await load(yaml, environment)
        } catch let error as ConfigurationError {
            return error.description
        }
        Issue.record("the configuration was accepted")
        return ""
    }

    @Test("is closed, limits nothing and keeps everything where nothing is set")
    func standard() async throws {
        let configuration = try await load()
        #expect(configuration.access == AccessSettings())
        #expect(configuration.access.people == .closed)
        #expect(configuration.access.groups == .approval)
        #expect(!configuration.budgets.limitsMoney)
        #expect(configuration.retentionDays == nil)
    }

    @Test("reads every setting from the file and from the environment")
    func everything() async throws {
        let configuration = try await load(
            """
            access:
              owners: 100
              admins: 101, 102
              allowedGroups: "-1001234567890"
              people: open
              groups: never
              groupMembers: allowed
              groupSettings: everybody
              groupPatience: 2
            budgets:
              dollarsPerMillionTokens: 15
              member:
                messagesPerDay: 50
                tokensPerMonth: 200000
              all:
                dollarsPerDay: 2.5
            privacy:
              retentionDays: 30
              text: Ada's bakery runs me.
            """,
            ["MARTLET_ALLOWED_USERS": "103 104", "MARTLET_BUDGET_CHAT_MESSAGES_PER_MONTH": "1000"]
        )
        let access = configuration.access
        #expect(access.owners == [UserID(100)])
        #expect(access.admins == [UserID(101), UserID(102)])
        #expect(access.allowed == [UserID(103), UserID(104)])
        #expect(access.allowedGroups == [ChatID(-1_001_234_567_890)])
        #expect(access.people == .open)
        #expect(access.groups == .never)
        #expect(access.groupMembers == .allowed)
        #expect(access.groupSettings == .everybody)
        #expect(access.groupPatience == .seconds(7200))
        let budgets = configuration.budgets
        #expect(budgets.roles[.member]?.day == .init(messages: 50))
        #expect(budgets.roles[.member]?.month == .init(tokens: 200_000))
        #expect(budgets.roles[.owner] == .init())
        #expect(budgets.chat.month == .init(messages: 1000))
        #expect(budgets.all.day == .init(dollars: 2.5))
        #expect(budgets.dollarsPerMillionTokens == 15)
        #expect(configuration.retentionDays == 30)
        #expect(configuration.privacyText == "Ada's bakery runs me.")
    }

    @Test("reads lists as YAML writes them")
    func lists() async throws {
        let configuration = try await load("access:\n  owners: [100, 101]\n  admins:\n    - 102\n")
        #expect(configuration.access.owners == [UserID(100), UserID(101)])
        #expect(configuration.access.admins == [UserID(102)])
    }

    static let mistakes: [(String, names: [String])] = [
        ("access:\n  owners: \"@ada\"", ["access.owners", "@ada", "taken by somebody else", "martlet pair"]),
        ("access:\n  owners: ada", ["access.owners", "Telegram number"]),
        ("access:\n  owners: -5", ["access.owners"]),
        ("access:\n  allowedGroups: 5", ["access.allowedGroups", "negative"]),
        ("access:\n  people: everyone", ["access.people", "closed, open"]),
        ("access:\n  owner: 5", ["unknown key access.owner", "did you mean access.owners"]),
        ("access:\n  groupPatience: 0", ["access.groupPatience", "1 to 720"]),
        ("budgets:\n  member:\n    mesagesPerDay: 5", ["did you mean budgets.member.messagesPerDay"]),
        ("budgets:\n  all:\n    dollarsPerDay: 5", ["budgets.dollarsPerMillionTokens", "highest price"]),
        ("budgets:\n  all:\n    dollarsPerDay: nan", ["budgets.all.dollarsPerDay"]),
        ("budgets:\n  member:\n    tokensPerDay: -1", ["budgets.member.tokensPerDay"]),
        ("privacy:\n  retentionDays: 0", ["privacy.retentionDays", "1 to 36500"]),
    ]

    @Test("says what is wrong and what to do", arguments: mistakes)
    func says(yaml: String, names: [String]) async throws {
        let text = try await complaint(yaml)
        for name in names { #expect(text.contains(name), "\(text)") }
    }
}
