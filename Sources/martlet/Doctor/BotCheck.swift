import AsyncHTTPClient
import Foundation
import MartletCore
import MartletTelegram

/// The bot's settings, and what Telegram says of its token.
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
        let findings = await ask(api)
        try? await client.shutdown()
        return findings
    }

    private func ask(_ api: HTTPBotAPI) async -> [Finding] {
        do {
            let identity = try await api.getMe()
            var findings = [Finding(.ok, "bot", "@\(identity.username), \(identity.name)")]
            findings.append(
                identity.readsAllGroupMessages
                    ? Finding(.ok, "groups", "the bot sees every message of its groups")
                    : Finding(
                        .ok,
                        "groups",
                        "privacy mode: the bot sees commands, replies to it and mentions",
                        remedy: "To let it see all, use /setprivacy at @BotFather, then remove and add the bot again."
                    )
            )
            findings.append(try await webhook(api))
            return findings
        } catch {
            return [Finding(.failure, "bot", "\(error)")]
        }
    }

    /// A webhook takes the messages that polling would get.
    private func webhook(_ api: HTTPBotAPI) async throws -> Finding {
        let information = try await api.call(BotAPICall("getWebhookInfo"))
        let url = information["url"]?.string ?? ""
        let pending = information["pending_update_count"]?.integer ?? 0
        guard !url.isEmpty else {
            return Finding(.ok, "messages", "\(pending) wait for the bot")
        }
        return Finding(
            .failure,
            "messages",
            "a webhook is set for this token, so polling gets nothing",
            remedy: "Delete it: call deleteWebhook of the Bot API, or stop the program that sets it."
        )
    }
}
