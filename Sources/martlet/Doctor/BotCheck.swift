import AsyncHTTPClient
import Foundation
import MartletConversation
import MartletStore
import MartletTelegram

/// The bot's settings, and what Telegram says of its token, its groups and its webhook.
struct BotCheck {
    let configurationFile: String?

    func findings() async -> [Finding] {
        let environment = ProcessInfo.processInfo.environment
        let configuration: BotConfiguration
        do {
            let values = try await SettingValues(options: [:], environment: environment, file: configurationFile)
            configuration = try BotConfiguration(values, environment: environment)
        } catch let error as ConfigurationError where error.code == .missingValue {
            return [Finding(.ok, "bot", "not set up", remedy: error.description)]
        } catch {
            return [Finding(.failure, "bot", "\(error)")]
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: TelegramBot.clientConfiguration)
        let api = HTTPBotAPI(
            client: client,
            baseURL: configuration.telegram.baseURL,
            token: configuration.telegram.token
        )
        let findings = await findings(api, configuration, client)
        try? await client.shutdown()
        return findings
    }

    private func findings(
        _ api: HTTPBotAPI,
        _ configuration: BotConfiguration,
        _ client: HTTPClient
    ) async -> [Finding] {
        do {
            let identity = try await api.getMe()
            var findings = [Finding(.ok, "bot", "@\(identity.username), \(identity.name)")]
            findings.append(privacy(identity, names: configuration.telegram.reading.names))
            findings += await groups(api, configuration)
            findings += await webhook(api, configuration.telegram, client)
            return findings
        } catch {
            return [Finding(.failure, "bot", "\(error)")]
        }
    }

    private func privacy(_ identity: BotIdentity, names: [TriggerName]) -> Finding {
        guard !identity.readsAllGroupMessages else {
            return Finding(.ok, "groups", "the bot sees every message of its groups")
        }
        let remedy =
            "To let it see all, use /setprivacy at @BotFather, then remove and add the bot again, or make it an "
            + "administrator of the group."
        guard names.isEmpty else {
            let shown = names.map(\.description).joined(separator: ", ")
            return Finding(
                .notice,
                "groups",
                "privacy mode: the bot does not hear \(shown) in its groups",
                remedy: remedy
            )
        }
        return Finding(
            .ok,
            "groups",
            "privacy mode: the bot sees commands, replies to it and messages for it",
            remedy: remedy
        )
    }

    /// What the bot is in the groups that it has talked in; at most so many are asked about.
    private func groups(_ api: HTTPBotAPI, _ configuration: BotConfiguration) async -> [Finding] {
        let bot = configuration.telegram.token.bot
        guard FileManager.default.fileExists(atPath: configuration.storePath),
            let groups = try? KnownGroups.read(storeAt: configuration.storePath, of: bot, limit: 20), !groups.isEmpty
        else { return [] }
        var muted: [ChatID] = []
        var absent: [ChatID] = []
        for group in groups {
            // A group that could not be asked about says nothing about the bot.
            switch try? await api.rights(of: bot, in: group) {
            case .muted: muted.append(group)
            case .absent: absent.append(group)
            case .administrator, .member, nil: break
            }
        }
        return Self.findings(groupCount: groups.count, muted: muted, absent: absent)
    }

    /// What there is to say of groups.
    static func findings(groupCount: Int, muted: [ChatID], absent: [ChatID]) -> [Finding] {
        func list(_ chats: [ChatID]) -> String { chats.map(\.description).joined(separator: ", ") }
        var findings: [Finding] = []
        if !muted.isEmpty {
            findings.append(
                Finding(
                    .notice,
                    "rights",
                    "the bot may not write in \(list(muted))",
                    remedy: "An administrator there can lift the restriction, in the bot's entry of the members' list."
                )
            )
        }
        if !absent.isEmpty {
            findings.append(
                Finding(.ok, "rights", "the bot is not in \(list(absent)) any more; add it there to have it back")
            )
        }
        if findings.isEmpty {
            findings.append(Finding(.ok, "rights", "the bot may write in its groups, \(groupCount)"))
        }
        return findings
    }

    private func webhook(
        _ api: HTTPBotAPI,
        _ settings: TelegramBot.Settings,
        _ client: HTTPClient
    ) async -> [Finding] {
        let information: WebhookInformation
        do {
            information = try await api.getWebhookInfo()
        } catch {
            return [Finding(.failure, "messages", "\(error)")]
        }
        var findings = WebhookCheck.findings(information, webhook: settings.webhook, at: Date())
        // The secret is shown only to the address that it is for.
        if let webhook = settings.webhook, information.url == webhook.url {
            findings.append(WebhookCheck.finding(await WebhookProbe.ask(webhook, at: webhook.url, client: client)))
        }
        return findings
    }
}
