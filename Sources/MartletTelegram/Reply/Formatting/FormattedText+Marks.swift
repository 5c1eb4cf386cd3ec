import MartletConversation
import MartletCore

extension FormattedText {
    /// Somebody's words as they are shown.
    init(_ words: Wording) {
        switch words {
        case .written(let text): self = MarkdownRenderer.render(text)
        case .typed(let text, let marks): self.init(text, marks: marks)
        }
    }

    /// A text as somebody typed it; marks that cannot be theirs are left out.
    init(_ text: String, marks: [TextMark]) {
        let units = Array(text.utf16)
        let entities = marks.compactMap { mark -> TextEntity? in
            guard mark.length > 0, mark.offset >= 0, mark.length <= units.count,
                mark.offset <= units.count - mark.length,
                !Self.isInsideScalar(mark.offset, units), !Self.isInsideScalar(mark.offset + mark.length, units)
            else { return nil }
            return TextEntity(mark.kind.entityKind, offset: mark.offset, length: mark.length)
        }
        self.init(text, entities: entities.sorted { ($0.offset, -$0.length) < ($1.offset, -$1.length) })
    }

    private static func isInsideScalar(_ offset: Int, _ units: [UInt16]) -> Bool {
        offset < units.count && UTF16.isTrailSurrogate(units[offset])
    }
}

extension TextMark {
    /// Reads one of the platform's entities; nil for those that it finds by itself, and for those that a bot may not send.
    init?(_ entity: JSONValue) {
        guard let type = entity["type"]?.string, let offset = entity["offset"]?.integer,
            let length = entity["length"]?.integer, let kind = Kind(type, entity),
            (0...Int64(Int32.max)).contains(offset), (1...Int64(Int32.max)).contains(length)
        else { return nil }
        self.init(kind, offset: Int(offset), length: Int(length))
    }
}

extension TextMark.Kind {
    fileprivate init?(_ type: String, _ entity: JSONValue) {
        switch type {
        case "bold": self = .bold
        case "italic": self = .italic
        case "underline": self = .underline
        case "strikethrough": self = .strikethrough
        case "spoiler": self = .spoiler
        case "code": self = .code
        case "pre": self = .pre(language: entity["language"]?.string)
        case "blockquote": self = .quote
        case "expandable_blockquote": self = .expandableQuote
        case "text_link":
            guard let url = entity["url"]?.string else { return nil }
            self = .link(url: url)
        default: return nil
        }
    }

    fileprivate var entityKind: TextEntity.Kind {
        switch self {
        case .bold: .bold
        case .italic: .italic
        case .underline: .underline
        case .strikethrough: .strikethrough
        case .spoiler: .spoiler
        case .code: .code
        case .pre(let language): .pre(language: language)
        case .quote: .quote
        case .expandableQuote: .expandableQuote
        case .link(let url): .link(url: url)
        }
    }
}
