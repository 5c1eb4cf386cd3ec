package import Foundation
package import MartletConversation
import MartletCore
package import MartletTelegram

/// Who a bot is, as it was last asked, so that a function does not ask at every start.
///
/// It is kept with the store's names of bots, under the bot's number below zero, which is no bot's.
package struct IdentityNote: Sendable, Hashable {
    /// Who it is.
    package var identity: BotIdentity
    /// When it was asked.
    package var date: Date

    /// How long it is believed: privacy mode and names change rarely.
    static let lifetime: TimeInterval = 86_400

    /// Notes an identity.
    package init(_ identity: BotIdentity, at date: Date) {
        self.identity = identity
        self.date = date
    }

    /// Whether it is time to ask again.
    package func isOld(at now: Date) -> Bool { now.timeIntervalSince(date) > Self.lifetime }

    /// The number under which a bot's note, and its function's own accounts, are kept.
    package static func substitute(for bot: BotID) -> BotID { BotID(-bot.rawValue) }

    /// Reads the note of a bot, or gives nil where there is none.
    package static func read(of bot: BotID, in store: any AccessStore) async throws -> IdentityNote? {
        guard let text = try await store.username(of: substitute(for: bot)) else { return nil }
        return IdentityNote(parsing: text, bot: bot)
    }

    /// Keeps the note.
    package func save(in store: any AccessStore) async throws {
        try await store.recordUsername(text, of: Self.substitute(for: identity.id))
    }

    /// The note as text.
    package var text: String {
        let value: JSONValue = [
            "username": .string(identity.username), "name": .string(identity.name),
            "reads_all": .bool(identity.readsAllGroupMessages), "date": .number(date.timeIntervalSince1970),
        ]
        return value.text
    }

    /// Reads a text that ``text`` wrote; nil for anything else.
    package init?(parsing text: String, bot: BotID) {
        guard let value = try? JSONValue(parsing: Array(text.utf8)), let username = value["username"]?.string,
            let seconds = value["date"]?.number
        else { return nil }
        identity = BotIdentity(
            id: bot,
            username: username,
            name: value["name"]?.string ?? username,
            readsAllGroupMessages: value["reads_all"]?.bool ?? false
        )
        date = Date(timeIntervalSince1970: seconds)
    }
}
