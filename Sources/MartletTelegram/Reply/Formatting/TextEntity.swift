public import MartletCore

/// A stretch of a message's text that is shown in a special way.
public struct TextEntity: Sendable, Hashable {
    /// How it is shown.
    public var kind: Kind
    /// Where it begins, in UTF-16 code units.
    public var offset: Int
    /// How long it is, in UTF-16 code units.
    public var length: Int

    /// The ways to show a stretch of text.
    public enum Kind: Sendable, Hashable {
        case bold
        case italic
        case underline
        case strikethrough
        case spoiler
        /// Code within a line.
        case code
        /// A block of code, with the language's name where one was given.
        case pre(language: String?)
        case quote
        /// A quote of which only the first lines show until it is pressed.
        case expandableQuote
        case link(url: String)
    }

    /// Makes an entity.
    public init(_ kind: Kind, offset: Int, length: Int) {
        self.kind = kind
        self.offset = offset
        self.length = length
    }

    /// Where it ends, in UTF-16 code units.
    public var end: Int { offset + length }

    /// The platform's form.
    public var json: JSONValue {
        var object: JSONObject = [
            "type": .string(kind.name), "offset": .integer(Int64(offset)), "length": .integer(Int64(length)),
        ]
        switch kind {
        case .pre(let language?): object["language"] = .string(language)
        case .link(let url): object["url"] = .string(url)
        default: break
        }
        return .object(object)
    }
}

extension TextEntity.Kind {
    /// The platform's name.
    var name: String {
        switch self {
        case .bold: "bold"
        case .italic: "italic"
        case .underline: "underline"
        case .strikethrough: "strikethrough"
        case .spoiler: "spoiler"
        case .code: "code"
        case .pre: "pre"
        case .quote: "blockquote"
        case .expandableQuote: "expandable_blockquote"
        case .link: "text_link"
        }
    }

    /// Whether it holds no other entity and stands in nothing but quotes.
    public var isCode: Bool {
        switch self {
        case .code, .pre: true
        default: false
        }
    }

    /// Whether it is a quote, which stands in nothing.
    public var isQuote: Bool { self == .quote || self == .expandableQuote }

    /// How much is lost without it, where a message has more than the platform takes; the order in which equal ranges are
    /// listed, too: what holds others has more weight than what it holds.
    var weight: Int {
        switch self {
        case .italic: 0
        case .underline: 1
        case .strikethrough: 2
        case .bold: 3
        case .spoiler: 4
        case .code: 5
        case .link: 6
        case .pre: 7
        case .quote, .expandableQuote: 8
        }
    }
}
