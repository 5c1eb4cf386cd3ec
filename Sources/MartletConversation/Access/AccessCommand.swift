/// What an owner tells the bot about others, in their private chat.
enum AccessCommand: Sendable, Hashable {
    /// `/users`: who is let in.
    case users
    /// `/groups`: where the bot is.
    case groups
    /// `/pair`: a code for somebody.
    case pair
    /// `/allow NUMBER`: lets somebody in.
    case allow(UserID)
    /// `/block NUMBER`: keeps somebody out.
    case block(UserID)
    /// `/allow` or `/block` with something that is not a number.
    case needsNumber

    /// Reads a message; nil for anything else.
    init?(_ message: String) {
        guard message.first == "/", message.utf8.count <= 256 else { return nil }
        let words = message.dropFirst().split(whereSeparator: \.isWhitespace)
        guard let name = words.first?.split(separator: "@").first?.lowercased() else { return nil }
        switch (name, words.count) {
        case ("users", 1): self = .users
        case ("groups", 1): self = .groups
        case ("pair", 1), ("allow", 1): self = .pair
        case ("allow", _):
            self = words.count == 2 ? Self.number(words[1]).map(Self.allow) ?? .needsNumber : .needsNumber
        case ("block", _):
            self = words.count == 2 ? Self.number(words[1]).map(Self.block) ?? .needsNumber : .needsNumber
        default: return nil
        }
    }

    private static func number(_ word: Substring) -> UserID? {
        guard let number = Int64(word), number > 0 else { return nil }
        return UserID(number)
    }
}
