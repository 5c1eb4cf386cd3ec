/// A language that the bot's own texts exist in.
public enum Language: String, Sendable, Hashable, Codable, CaseIterable {
    case english = "en"
    case turkish = "tr"
    case russian = "ru"

    /// The language for a code such as `tr`, `ru-RU` or `pt-br`; English where there is no other.
    public init(code: String?) {
        let primary = code?.split(whereSeparator: { $0 == "-" || $0 == "_" }).first?.lowercased()
        self = primary.flatMap(Language.init(rawValue:)) ?? .english
    }

    /// The bot's text for a phrase.
    public func text(_ phrase: Phrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }
}
