/// What the bot does with the messages of somebody who writes to an owner.
public enum SecretaryMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// Nothing.
    case off
    /// It writes drafts, and the owner sends them.
    case suggest
    /// It answers in the owner's name, after a human delay.
    case automatic

    /// One letter for a button.
    var letter: String {
        switch self {
        case .off: "o"
        case .suggest: "s"
        case .automatic: "a"
        }
    }

    init?(letter: String) {
        guard let mode = Self.allCases.first(where: { $0.letter == letter }) else { return nil }
        self = mode
    }
}
