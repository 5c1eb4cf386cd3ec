/// A stretch of a text that somebody marked, such as with bold letters.
public struct TextMark: Sendable, Hashable, Codable {
    /// How it is marked.
    public var kind: Kind
    /// Where it begins, in UTF-16 code units.
    public var offset: Int
    /// How long it is, in UTF-16 code units.
    public var length: Int

    /// The ways to mark a stretch of text.
    public enum Kind: Sendable, Hashable, Codable {
        case bold, italic, underline, strikethrough, spoiler
        /// Code within a line.
        case code
        /// A block of code, with the language's name where one was given.
        case pre(language: String?)
        case quote
        /// A quote of which only the first lines show until it is pressed.
        case expandableQuote
        case link(url: String)
    }

    /// Makes a mark.
    public init(_ kind: Kind, offset: Int, length: Int) {
        self.kind = kind
        self.offset = offset
        self.length = length
    }
}
