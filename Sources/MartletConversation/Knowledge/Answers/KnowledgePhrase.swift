/// What is said about documents and sources.
public enum KnowledgePhrase: Sendable, Hashable {
    case nothingFits
    case notFromDocuments
    case sources
    case seeAlso
    case lines(ClosedRange<Int>)
    case page(Int)
    case noSources
    case menuSources

    var english: String {
        switch self {
        case .nothingFits: "I found nothing about that in the documents."
        case .notFromDocuments: "(I found nothing about that in the documents; this is what I know otherwise.)"
        case .sources: "Sources"
        case .seeAlso: "See also"
        case .lines(let lines):
            lines.count == 1 ? "line \(lines.lowerBound)" : "lines \(lines.lowerBound)–\(lines.upperBound)"
        case .page(let page): "page \(page)"
        case .noSources: "My last answer here comes from no document."
        case .menuSources: "Where the last answer comes from"
        }
    }

    var turkish: String {
        switch self {
        case .nothingFits: "Belgelerde bununla ilgili bir şey bulamadım."
        case .notFromDocuments: "(Belgelerde bununla ilgili bir şey bulamadım; bu, başka yerden bildiğim.)"
        case .sources: "Kaynaklar"
        case .seeAlso: "Ayrıca bakın"
        case .lines(let lines):
            lines.count == 1 ? "\(lines.lowerBound). satır" : "\(lines.lowerBound)–\(lines.upperBound). satırlar"
        case .page(let page): "\(page). sayfa"
        case .noSources: "Buradaki son yanıtım bir belgeden gelmiyor."
        case .menuSources: "Son yanıt nereden geliyor"
        }
    }

    var russian: String {
        switch self {
        case .nothingFits: "В документах об этом ничего не нашлось."
        case .notFromDocuments: "(В документах об этом ничего не нашлось; это то, что я знаю и без них.)"
        case .sources: "Источники"
        case .seeAlso: "См. также"
        case .lines(let lines):
            lines.count == 1 ? "строка \(lines.lowerBound)" : "строки \(lines.lowerBound)–\(lines.upperBound)"
        case .page(let page): "страница \(page)"
        case .noSources: "Мой последний ответ здесь взят не из документов."
        case .menuSources: "Откуда взят последний ответ"
        }
    }
}

extension Language {
    /// The text for a phrase about documents.
    public func text(_ phrase: KnowledgePhrase) -> String {
        switch self {
        case .english: phrase.english
        case .turkish: phrase.turkish
        case .russian: phrase.russian
        }
    }

    /// The language that a text is most likely in, by its letters; English where they don't tell.
    init(guessing text: String) {
        let isRussian = text.unicodeScalars.contains { (0x400...0x4FF).contains($0.value) }
        let isTurkish = text.contains { "ğışİĞŞ".contains($0) }
        self = isRussian ? .russian : isTurkish ? .turkish : .english
    }
}
