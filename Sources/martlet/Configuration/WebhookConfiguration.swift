import Foundation
import MartletTelegram

/// What is told of a webhook, checked.
enum WebhookConfiguration {
    /// The webhook's settings, or nil where messages are asked for instead.
    /// - Throws: ``ConfigurationError``, which shows neither the token nor a secret.
    static func settings(_ values: SettingValues, token: BotToken) throws -> WebhookSettings? {
        guard let text = values.text(.webhookURL) else { return nil }
        let url = try url(text, values)
        let secrets = try secrets(values, token: token)
        let path = values.text(.webhookPath) ?? url.path(percentEncoded: true)
        guard path != "/health" else {
            throw values.invalid(.webhookURL, text, needs: "a path of its own; /health says whether the bot listens")
        }
        guard !token.isShown(in: text), !token.isShown(in: path) else {
            // The address is in the logs of every proxy on the way.
            throw ConfigurationError(
                code: .invalidValue,
                description:
                    "\(Setting.webhookURL.key) has the bot's token in it, where others can read it; use another "
                    + "path, such as https://\(url.host ?? "bot.example")/telegram"
            )
        }
        var settings = WebhookSettings(url: text, path: path.isEmpty ? "/" : path, secrets: secrets)
        settings.host = values.text(.webhookHost) ?? settings.host
        settings.port = try values.number(.webhookPort, in: 0...65_535, default: WebhookSettings.standardPort)
        settings.maximumConnectionCount = try values.number(
            .webhookConnections,
            in: 1...100,
            default: WebhookSettings.standardConnectionCount
        )
        return settings
    }

    /// An address that Telegram can deliver to; plain HTTP only inside one's own network, for a Bot API server of one's own.
    private static func url(_ text: String, _ values: SettingValues) throws -> URL {
        guard let url = URL(string: text), let host = url.host, !host.isEmpty, url.user == nil, url.fragment == nil,
            url.scheme == "https" || url.scheme == "http" && values.text(.telegramBaseURL) != nil
        else {
            throw values.invalid(
                .webhookURL,
                text,
                needs: "an https address, such as https://bot.example/telegram"
            )
        }
        return url
    }

    /// The secrets that a webhook accepts: those that were given, or the one that is made from the token.
    static func secrets(_ values: SettingValues, token: BotToken) throws -> [WebhookSecret] {
        try secrets(values) ?? [WebhookSecret(derivedFrom: token)]
    }

    /// The secrets that were given, or nil where none was.
    private static func secrets(_ values: SettingValues) throws -> [WebhookSecret]? {
        var texts = values.text(.webhookSecret).map { $0.split { $0 == "," || $0.isWhitespace }.map { String($0) } }
        if texts == nil, let path = values.text(.webhookSecretFile) {
            guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw ConfigurationError(
                    code: .unreadableFile,
                    description: "the secret file \(path) cannot be read; check its place and its rights"
                )
            }
            texts = content.split(whereSeparator: \.isWhitespace).map { String($0) }
        }
        guard let texts else { return nil }
        let secrets = texts.compactMap { WebhookSecret($0) }
        guard secrets.count == texts.count, !secrets.isEmpty else {
            throw values.invalid(.webhookSecret, "", needs: "a secret of 1 to 256 letters, digits, _ and -")
        }
        return secrets
    }

    /// The names that the bot listens to in groups.
    static func names(_ values: SettingValues) throws -> [TriggerName] {
        try values.list(.telegramNames).map { text in
            guard let name = TriggerName(text) else {
                throw values.invalid(.telegramNames, text, needs: "a name of 1 to 64 characters")
            }
            return name
        }
    }
}
