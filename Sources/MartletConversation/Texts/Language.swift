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

    /// The language that somebody names: by its code, or by its name in any of these languages.
    public init?(calledBy name: String) {
        let word = name.trimmingWhitespace().lowercased()
        let code = word.split(whereSeparator: { $0 == "-" || $0 == "_" }).first.map { String($0) } ?? ""
        let named = Self.allCases.first { $0.rawValue == code || $0.names.contains(word) }
        guard let named else { return nil }
        self = named
    }

    private var names: [String] {
        switch self {
        case .english: ["english", "ingilizce", "i\u{307}ngilizce", "английский"]
        case .turkish: ["turkish", "türkçe", "turkce", "турецкий"]
        case .russian: ["russian", "rusça", "rusca", "русский"]
        }
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
