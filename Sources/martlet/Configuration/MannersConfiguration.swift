import Foundation
import MartletConversation

/// How the bot converses where chats have not chosen themselves, checked.
enum MannersConfiguration {
    /// Takes what is set into a bot's settings.
    /// - Throws: ``ConfigurationError``
    static func apply(_ values: SettingValues, to conversation: inout ConversationSettings) throws {
        conversation.busyPolicy = try values.choice(.busyPolicy, default: conversation.busyPolicy)
        conversation.showsThinking = try values.flag(.showsThinking, default: false)
        conversation.separatesPeopleInGroups = try values.flag(.separatesPeople, default: false)
        conversation.summarizesHistory = try values.flag(.summarizesHistory, default: false)
        conversation.offersReadingAlong = try values.flag(.readsAlong, default: false)
        if let seconds = try values.decimal(.stopInterval, upTo: 60) {
            guard seconds >= 0.2 else {
                throw values.invalid(.stopInterval, "\(seconds)", needs: "a number from 0.2 to 60")
            }
            conversation.stopInterval = .seconds(seconds)
        }
        if values.text(.maximumContextTokens) != nil {
            conversation.maximumContextTokens = try values.number(
                .maximumContextTokens,
                in: 64...10_000_000,
                default: 0
            )
        }
    }

    /// How the bot answers in people's names.
    /// - Throws: ``ConfigurationError``
    static func secretary(_ values: SettingValues, timeZone: TimeZone) throws -> SecretarySettings {
        var settings = SecretarySettings()
        settings.quietHours = try quietHours(values, timeZone: timeZone)
        settings.defaultMode = try values.choice(.secretaryMode, default: settings.defaultMode)
        settings.pause = .seconds(60 * (try values.number(.secretaryPause, in: 0...10_080, default: 10)))
        settings.quiet = .seconds(try values.number(.secretaryQuiet, in: 1...600, default: 8))
        settings.maximumQuiet = max(settings.maximumQuiet, settings.quiet)
        if let text = values.text(.secretaryDelay) {
            let ends = text.split(separator: "-").map { Int($0.trimmingCharacters(in: .whitespaces)) }
            guard ends.count == 2, let shortest = ends[0], let longest = ends[1], shortest <= longest,
                (0...3600).contains(shortest), (1...3600).contains(longest)
            else {
                throw values.invalid(.secretaryDelay, text, needs: "two numbers of seconds up to 3600, such as 4-120")
            }
            settings.delay.minimum = .seconds(shortest)
            settings.delay.maximum = .seconds(longest)
        }
        return settings
    }

    /// When nothing goes out in anybody's name; nil at no time.
    /// - Throws: ``ConfigurationError``
    private static func quietHours(_ values: SettingValues, timeZone: TimeZone) throws -> QuietHours? {
        guard let text = values.text(.quietHours) else { return nil }
        let ends = text.split(separator: "-").map { minute(String($0)) }
        guard ends.count == 2, let start = ends[0], let end = ends[1], start != end else {
            throw values.invalid(.quietHours, text, needs: "two times of the day, such as 22:00-07:30")
        }
        return QuietHours(start: start, end: end, timeZone: timeZone)
    }

    /// The minute of the day at a time such as `7:30`.
    private static func minute(_ text: String) -> Int? {
        let parts = text.trimmingCharacters(in: .whitespaces).split(separator: ":").map { Int($0) }
        guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
            (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}
