public import MartletCore

/// Shows people what an answer rests on.
public struct SourceList: Sendable, Hashable {
    /// The sources.
    public var sources: [AnswerSource]
    /// The language of the words around them.
    public var language: Language

    /// Makes a list.
    public init(_ sources: [AnswerSource], language: Language) {
        self.sources = sources
        self.language = language
    }

    private var title: String {
        let isRelated = sources.allSatisfy { $0.standing == .related }
        return language.text(isRelated ? KnowledgePhrase.seeAlso : KnowledgePhrase.sources)
    }

    /// One line in Markdown, under an answer: numbers and documents.
    public var line: String {
        let shown = sources.map { source in
            let name = Self.escaped(Self.name(source))
            let linked = Self.isAddress(source.location) ? "[\(name)](\(Self.address(source.location)))" : name
            return "[\(source.number)] \(linked)" + Self.escaped(source.headings.last.map { ", " + $0 } ?? "")
        }
        return "\(title): " + shown.joined(separator: " · ")
    }

    /// A line for each, with its place, as plain text.
    public var text: String {
        ([title + ":"] + sources.map { "[\($0.number)] " + entry($0) }).joined(separator: "\n")
    }

    private func entry(_ source: AnswerSource) -> String {
        let place: String? =
            switch source.place {
            case .lines(let lines): language.text(KnowledgePhrase.lines(lines))
            case .page(let page): language.text(KnowledgePhrase.page(page))
            case nil: nil
            }
        let heading = source.headings.isEmpty ? "" : " (" + source.headings.joined(separator: " › ") + ")"
        return Self.oneLine(source.location + (place.map { ", " + $0 } ?? "") + heading)
    }

    /// The file's name, or the title of something on the web.
    private static func name(_ source: AnswerSource) -> String {
        if isAddress(source.location) { return oneLine(source.title) }
        return oneLine(source.location.split(separator: "/").last.map { String($0) } ?? source.title)
    }

    private static func isAddress(_ location: String) -> Bool {
        location.hasPrefix("https://") || location.hasPrefix("http://")
    }

    private static func address(_ location: String) -> String {
        location.filter { !$0.isWhitespace && !"()<>".contains($0) }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "\\`*_[]<>~|#".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
