import Foundation
package import Logging
package import MartletConversation
import MartletStore
package import MartletTelegram

/// Everything that `martlet bot` is told, checked.
package struct BotConfiguration: Sendable {
    /// How the bot uses Telegram.
    package var telegram: TelegramBot.Settings
    /// How it converses.
    package var conversation: ConversationSettings
    /// Who may talk to it, how much, and what is kept.
    package var access: AccessConfiguration
    /// How it answers in people's names.
    package var secretary: SecretarySettings
    /// The documents that it answers from.
    package var knowledge: KnowledgeConfiguration?
    /// Where the text for `{context}` stands.
    package var contextURL: String?
    /// The database file.
    package var storePath: String
    /// The model's file or name.
    package var model: String?
    /// What is logged.
    package var logLevel: Logger.Level

    /// Reads the configuration.
    /// - Throws: ``ConfigurationError``, whose description names the setting and its places.
    package init(_ values: SettingValues, environment: [String: String]) throws {
        telegram = TelegramBot.Settings(token: try Self.token(values))
        if let text = values.text(.telegramBaseURL) {
            guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host != nil else {
                throw values.invalid(.telegramBaseURL, text, needs: "an address such as http://127.0.0.1:8081")
            }
            telegram.baseURL = text
        }
        telegram.polling.timeout = .seconds(try values.number(.telegramPollTimeout, in: 1...50, default: 50))
        telegram.webhook = try WebhookConfiguration.settings(values, token: telegram.token)
        telegram.reading.names = try WebhookConfiguration.names(values)
        var persona = Persona(
            template: values.text(.botPersona)
                ?? Persona.standardTemplate(
                    hasLocation: values.text(.botLocation) != nil,
                    hasContext: values.text(.botContextURL) != nil
                ),
            botName: values.text(.botName) ?? "",
            location: values.text(.botLocation) ?? ""
        )
        if let name = values.text(.botTimeZone) {
            guard let zone = TimeZone(identifier: name) else {
                throw values.invalid(.botTimeZone, name, needs: "a time zone such as Europe/Istanbul")
            }
            persona.timeZone = zone
        }
        conversation = ConversationSettings(persona: persona)
        conversation.isEcho = try values.flag(.botEcho, default: false)
        let maximum = try values.number(.maximumContextLength, in: 0...10_000, default: 100)
        conversation.maximumContextLength = maximum
        conversation.contextLength = try values.number(.contextLength, in: 0...maximum, default: min(20, maximum))
        conversation.maximumConcurrentAnswers = try values.number(.maximumConcurrentAnswers, in: 1...1000, default: 4)
        conversation.answerTimeout = .seconds(try values.number(.answerTimeout, in: 1...86_400, default: 600))
        conversation.maximumTokenCount = try values.number(.maximumTokenCount, in: 1...1_000_000, default: 1024)
        try MannersConfiguration.apply(values, to: &conversation)
        telegram.reading.keepsAmbientMessages = conversation.offersReadingAlong
        telegram.replies.whispers = try values.flag(.whispers, default: true)
        secretary = try MannersConfiguration.secretary(values, timeZone: persona.timeZone)
        access = try AccessConfiguration(values, timeZone: persona.timeZone)
        knowledge = try KnowledgeConfiguration(values)
        contextURL = values.text(.botContextURL)
        if let contextURL, !["http", "https"].contains(URL(string: contextURL)?.scheme) {
            throw values.invalid(.botContextURL, contextURL, needs: "an http or https address")
        }
        storePath = values.text(.storePath) ?? SQLiteConversationStore.standardPath(environment: environment)
        model = values.text(.model)
        logLevel = .info
        if let text = values.text(.logLevel) {
            guard let level = Logger.Level(rawValue: text.lowercased()) else {
                throw values.invalid(.logLevel, text, needs: "a level: \(Setting.logLevel.summary)")
            }
            logLevel = level
        }
    }

    private static func token(_ values: SettingValues) throws -> BotToken {
        var text = values.text(.telegramToken)
        if text == nil, let path = values.text(.telegramTokenFile) {
            guard let content = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw ConfigurationError(
                    code: .unreadableFile,
                    description: "the token file \(path) cannot be read; check its place and its rights"
                )
            }
            text = content
        }
        guard let text else {
            throw ConfigurationError(
                code: .missingValue,
                description:
                    "there is no bot token; get one from @BotFather (/newbot) and set TELEGRAM_TOKEN, or write it "
                    + "to a file and give --token-file"
            )
        }
        guard let token = BotToken(text) else {
            throw values.invalid(
                .telegramToken,
                text,
                needs: "a bot token, which looks like 123456789:AAF-letters_and_digits"
            )
        }
        return token
    }
}
