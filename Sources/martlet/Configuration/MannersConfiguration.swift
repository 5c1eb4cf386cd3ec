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
        if values.text(.maximumContextTokens) != nil {
            conversation.maximumContextTokens = try values.number(
                .maximumContextTokens,
                in: 64...10_000_000,
                default: 0
            )
        }
    }

    /// When nothing goes out in anybody's name; nil at no time.
    /// - Throws: ``ConfigurationError``
    static func quietHours(_ values: SettingValues, timeZone: TimeZone) throws -> QuietHours? {
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
